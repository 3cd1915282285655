//! Options of sockets: the one table, and the keywords and attributes made of it.

mod keywords;
mod property;
#[rustfmt::skip]
mod rows;
mod table;

pub(crate) use keywords::parse;
pub(crate) use property::add_properties;
pub(crate) use table::table;
