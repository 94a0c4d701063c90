//! Table `blog_post`: articles of the public site.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::{TableArgs, TableArgsFor};
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// One article.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "blog_post")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Headline.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub title: String,
    /// Last part of its address.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub slug: String,
    /// Text of the article.
    #[sea_orm(column_type = "Text")]
    pub content: String,
    /// Opening shown in lists.
    #[sea_orm(column_type = "String(StringLen::N(300))")]
    pub excerpt: Option<String>,
    /// Category it is filed under.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub category: Option<String>,
    /// Name shown as its author; not an account.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub author: Option<String>,
    /// Tags, separated by commas.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub tags: Option<String>,
    /// Summary for search engines.
    #[sea_orm(column_type = "String(StringLen::N(160))")]
    pub meta_description: Option<String>,
    /// Path of the picture above the text.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub featured_image: Option<String>,
    /// Whether visitors can read it.
    pub is_published: bool,
    /// How often it was read.
    pub view_count: i32,
    /// When it appears, in UTC.
    pub publish_date: DateTime,
    /// When the row was written, in UTC.
    pub created_at: DateTime,
    /// When the row was last changed, in UTC.
    pub updated_at: DateTime,
}

impl TableArgs for Entity {
    fn table_args(table: &mut TableArgsFor<Self>) {
        table.index("ix_blog_post_slug").unique().on(Column::Slug);
    }
}

defaults! {
    on_insert {
        is_published: false,
        view_count: 0,
        publish_date: now(),
        created_at: now(),
        updated_at: now(),
    }
    on_update {
        updated_at: now(),
    }
}
