//! Cucurbit.
