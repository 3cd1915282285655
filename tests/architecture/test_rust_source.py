"""The reader of Rust paths, on which the walls rest."""

import pytest

from architecture.rust_source import RustFile, expand


def paths_of(text: str, name: str = "rust/c/src/pattern/push.rs") -> set[str]:
    return {path for _, path in RustFile(name, text).paths()}


@pytest.mark.parametrize(
    ("tree", "paths"),
    [
        ("a::b", ["a::b"]),
        ("a::{self, b}", ["a", "a::b"]),
        ("a::{b::{c, d as e}, f::*}", ["a::b::c", "a::b::d", "a::f::*"]),
        ("::a::b as c", ["a::b"]),
    ],
)
def test_use_tree_is_expanded(tree: str, paths: list[str]) -> None:
    assert list(expand(tree)) == paths


def test_paths_are_written_from_the_crate() -> None:
    source = "use super::load::Turn; use self::inner::X; fn f() { super::super::session::go() }"

    found = paths_of(source)

    assert found == {
        "crate::pattern::load::Turn",
        "crate::pattern::push::inner::X",
        "crate::session::go",
    }


def test_super_in_an_inner_module_is_the_file() -> None:
    found = paths_of("mod tests { use super::Push; } use super::Pull;")

    assert found == {"crate::pattern::push::Push", "crate::pattern::Pull"}


def test_attributes_and_qualified_calls_count() -> None:
    assert "tokio::test" in paths_of("#[tokio::test] async fn f() {}")
    assert "Instant::now" in paths_of("let now = Instant::now();")


@pytest.mark.parametrize(
    "text",
    [
        "// tokio::spawn\n",
        "/* tokio::spawn */",
        'let s = "tokio::spawn";',
        'let s = r#"tokio::"spawn"#;',
        "/// See [`tokio::spawn`].\n",
    ],
)
def test_comments_and_literals_do_not_count(text: str) -> None:
    assert paths_of(text) == set()


def test_quote_characters_and_lifetimes_do_not_hide_code() -> None:
    assert paths_of("fn f<'a>(c: char) -> &'a str { c == '\"'; tokio::spawn() }") == {
        "tokio::spawn"
    }


def test_unsafe_is_found_in_code_only() -> None:
    file = RustFile("rust/c/src/lib.rs", "// unsafe\n#![forbid(unsafe_code)]\nunsafe fn f() {}\n")

    assert file.unsafe_lines() == [3]
