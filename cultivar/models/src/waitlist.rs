//! Table `waitlist`: who waits for an account.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::{TableArgs, TableArgsFor};
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// Someone who waits for an account.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "waitlist")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// E-mail address.
    #[sea_orm(column_type = "String(StringLen::N(120))")]
    pub email: String,
    /// Name.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub name: Option<String>,
    /// Phone number.
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub phone: Option<String>,
    /// Experience with growing, as chosen in the form.
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub experience: Option<String>,
    /// Place in the order of invitations, `general` at first.
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub priority_tier: String,
    /// Code to invite others with.
    #[sea_orm(column_type = "String(StringLen::N(20))", unique)]
    pub referral_code: Option<String>,
    /// Where they heard of the application.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub referral_source: Option<String>,
    /// Who invited them.
    pub referred_by: Option<i32>,
    /// Whether they got an account.
    pub is_activated: bool,
    /// Address the request came from; 45 characters hold an IPv6 address with an embedded IPv4 one.
    #[sea_orm(column_type = "String(StringLen::N(45))")]
    pub ip_address: Option<String>,
    /// The browser's own description of itself.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub user_agent: Option<String>,
    /// When they signed up, in UTC.
    pub signup_date: DateTime,
    /// `referred_by` followed.
    #[sea_orm(
        self_ref,
        relation_enum = "Referrer",
        relation_reverse = "Referrals",
        from = "referred_by",
        to = "id"
    )]
    pub referrer: BelongsTo<Option<Entity>>,
    /// Who came by their invitation.
    #[sea_orm(self_ref, relation_enum = "Referrals", relation_reverse = "Referrer")]
    pub referrals: HasMany<Entity>,
}

impl TableArgs for Entity {
    fn table_args(table: &mut TableArgsFor<Self>) {
        table.index("ix_waitlist_email").unique().on(Column::Email);
    }
}

defaults! {
    on_insert {
        priority_tier: "general",
        is_activated: false,
        signup_date: now(),
    }
}
