//! Unix domain sockets: files, abstract names, and whose they are (rule 52).
#![cfg(feature = "testing")]

mod common;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Barrier;

use common::{SOON, eventually, expect_peers, recv, send, socket};
use zmq4_core::proto::SocketType::Pair;
use zmq4_core::testing::idle_within;
use zmq4_core::{Context, EndpointError, OpenError};

/// A directory that is removed with all that is in it.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("zmq4-test-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("socket")
    }

    fn address(&self) -> String {
        format!("ipc://{}", self.file().display())
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn expect_crossing(context: &Context, address: &str) {
    let (bound, connected) = (socket(context, Pair), socket(context, Pair));
    let endpoint = bound.bind(address).expect("bound");
    expect_peers(&connected.connect(&endpoint.address()).expect("connected"), 1);
    send(&connected, "there");
    assert_eq!(recv(&bound), "there");
    send(&bound, "back");
    assert_eq!(recv(&connected), "back");
}

#[test]
fn rule_52_files_wildcards_and_abstract_names_carry_messages() {
    let context = Context::new(1);
    let directory = Directory::new("kinds");

    expect_crossing(&context, &directory.address());
    expect_crossing(&context, "ipc://*");
    expect_crossing(&context, &format!("ipc://@zmq4-test-{}", std::process::id()));
}

#[test]
fn the_file_is_for_its_owner_only_and_goes_with_its_listener() {
    let context = Context::new(1);
    let directory = Directory::new("owner");
    let pair = socket(&context, Pair);
    let endpoint = pair.bind(&directory.address()).expect("bound");

    let mode = std::fs::metadata(directory.file()).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    endpoint.close();
    eventually(|| !directory.file().exists());
}

#[test]
fn the_directory_of_a_wildcard_goes_with_its_listener() {
    let context = Context::new(1);
    let pair = socket(&context, Pair);
    let endpoint = pair.bind("ipc://*").expect("bound");
    let path = PathBuf::from(endpoint.address().trim_start_matches("ipc://"));
    assert!(path.exists());

    drop(pair);

    assert!(idle_within(&context, SOON));
    assert!(!path.exists() && !path.parent().expect("a directory").exists());
}

#[test]
fn rule_52_a_file_that_somebody_listens_on_is_not_stolen() {
    let context = Context::new(1);
    let directory = Directory::new("theft");
    let (owner, thief) = (socket(&context, Pair), socket(&context, Pair));
    owner.bind(&directory.address()).expect("bound");

    assert!(matches!(thief.bind(&directory.address()), Err(OpenError::InUse)));
    assert!(directory.file().exists());
}

#[test]
fn a_file_left_behind_by_a_crash_is_replaced() {
    let context = Context::new(1);
    let directory = Directory::new("stale");
    drop(std::os::unix::net::UnixListener::bind(directory.file()).expect("bound"));
    assert!(directory.file().exists());

    expect_crossing(&context, &directory.address());
}

#[test]
fn of_two_who_replace_a_stale_file_at_once_one_has_it_and_is_reached() {
    let directory = Directory::new("race");
    for _ in 0..1000 {
        drop(std::os::unix::net::UnixListener::bind(directory.file()).expect("bound"));
        let start = Barrier::new(2);
        let race = || {
            let socket = socket(&Context::new(1), Pair);
            start.wait();
            socket.bind(&directory.address()).map(|_| socket)
        };

        let ends = std::thread::scope(|scope| {
            [scope.spawn(race), scope.spawn(race)].map(|racer| racer.join().expect("no panic"))
        });

        assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1, "{ends:?}");
        std::os::unix::net::UnixStream::connect(directory.file()).expect("somebody listens");
    }
}

#[test]
fn a_file_that_is_no_socket_is_left_alone() {
    let context = Context::new(1);
    let directory = Directory::new("file");
    std::fs::write(directory.file(), "precious").expect("written");

    let bound = socket(&context, Pair).bind(&directory.address());

    assert!(matches!(bound, Err(OpenError::InUse)));
    assert_eq!(std::fs::read_to_string(directory.file()).expect("still there"), "precious");
}

#[test]
fn rule_52_an_address_can_be_bound_again_at_once() {
    let context = Context::new(1);
    let directory = Directory::new("again");
    let pair = socket(&context, Pair);

    for _ in 0..50 {
        let endpoint = pair.bind(&directory.address()).expect("free");
        endpoint.close();
    }
    let other = socket(&context, Pair);
    let endpoint = pair.bind(&directory.address()).expect("free");

    // The listeners that went before have taken nobody's file with them.
    expect_peers(&other.connect(&endpoint.address()).expect("connected"), 1);
    assert!(directory.file().exists());
}

#[test]
fn rule_52_a_path_that_does_not_fit_is_refused() {
    let context = Context::new(1);
    let address = format!("ipc:///tmp/{}", "x".repeat(200));

    let bound = socket(&context, Pair).bind(&address);

    assert!(matches!(bound, Err(OpenError::Endpoint(EndpointError::Invalid(_)))));
}
