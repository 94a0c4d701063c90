//! Where our answer differs from the recorded one, and why.

/// One call whose answer differs on purpose.
pub(super) struct Deviation {
    /// The graph and the call.
    pub(super) call: &'static str,
    /// Our answer, in the notation of the file.
    pub(super) ours: &'static str,
    /// Why.
    pub(super) reason: &'static str,
}

pub(super) const DEVIATIONS: &[Deviation] = &[
    Deviation { call: "G1 get head-1", ours: "1bbe33445780", reason: "one resolver for all commands" },
    Deviation { call: "G1 gets head-1", ours: "[1bbe33445780]", reason: "one resolver for all commands" },
    Deviation {
        call: "G1 hist -2 1bbe",
        ours: "b7ea43dc85e4 -> 1bbe33445780 / 548bbb905360 -> b7ea43dc85e4 / e6239818bb3a -> 548bbb905360",
        reason: "`-N:` counts from the end of the range, as Alembic's manual says, not from the heads",
    },
    Deviation {
        call: "G1 hist -9 head",
        ours: "1bbe33445780 -> 3975fb1a0125 (head) / b7ea43dc85e4 -> 1bbe33445780 / 548bbb905360 -> b7ea43dc85e4 / e6239818bb3a -> 548bbb905360 / <base> -> e6239818bb3a",
        reason: "`-N:` stops at the base for every end; Alembic does so for `current` only",
    },
    Deviation {
        call: "G1 hist b7ea+1 -",
        ours: "1bbe33445780 -> 3975fb1a0125 (head) / b7ea43dc85e4 -> 1bbe33445780",
        reason: "one resolver for all commands",
    },
    Deviation {
        call: "G2 down [d2,d1] -1",
        ours: "ERR Ambiguous downgrade from multiple current revisions",
        reason: "Alembic takes the row that the database happens to give first; ours asks for `branch@-1`",
    },
    Deviation {
        call: "G2 down [d1,d2] -1",
        ours: "ERR Ambiguous downgrade from multiple current revisions",
        reason: "Alembic takes the row that the database happens to give first; ours asks for `branch@-1`",
    },
    Deviation {
        call: "G2 down [c2,d1] -1",
        ours: "ERR Ambiguous downgrade from multiple current revisions",
        reason: "Alembic takes the row that the database happens to give first; ours asks for `branch@-1`",
    },
    Deviation {
        call: "G2 down [c1,d2] -1",
        ours: "ERR Ambiguous downgrade from multiple current revisions",
        reason: "Alembic takes the row that the database happens to give first; ours asks for `branch@-1`",
    },
    Deviation {
        call: "G2 down [d1,d2] c1branch@base",
        ours: "d1>c1; c1>b  => [d2]",
        reason: "other branches are not touched; `Reach::Everything` gives Alembic's answer",
    },
    Deviation {
        call: "G2 down [d1,d2] -2",
        ours: "ERR Ambiguous downgrade from multiple current revisions",
        reason: "as `-1`",
    },
    Deviation {
        call: "G2 down [d1,d2] -3",
        ours: "ERR Ambiguous downgrade from multiple current revisions",
        reason: "as `-1`; Alembic crosses the fork and reverts the other branch",
    },
    Deviation {
        call: "G2 stamp [d1,c2] [heads]",
        ours: "c2>d2  => [d1,d2]",
        reason: "Alembic loses the row d1",
    },
    Deviation {
        call: "G14 down [e] -1",
        ours: "e>d1+d2  => [d1,d2]",
        reason: "from a merge point, `-1` undoes the merge",
    },
    Deviation {
        call: "G14 down [f] c2branch@-2",
        ours: "f>e; e>d1+d2  => [d1,d2]",
        reason: "a merge counts as one revision",
    },
    Deviation {
        call: "G17 down [c,f] -1",
        ours: "ERR Ambiguous downgrade from multiple current revisions",
        reason: "as in G2",
    },
    Deviation {
        call: "G19 iter [merge,fe1b1] [cb1,cb2] inclusive",
        ours: "[fe1b1,e1b1,merge,e2b1,db1,cb1,e2b2,db2,cb2]",
        reason: "recorded without its flag: with `inclusive`, Alembic 1.20.1 gives our answer",
    },
    Deviation {
        call: "E14 heads",
        ours: "ERR Revision a is present more than once",
        reason: "a duplicate id is an error; Alembic warns",
    },
];
