//! Answers of libsodium and of the papers, by every kernel that runs here.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic")]

use zmq4_crypto::{Kernel, TrafficKey, hsalsa20};

#[test]
fn keys_derived_by_hsalsa20() {
    // "Cryptography in NaCl", sections 5 and 8: of a shared secret, and of a nonce.
    let secret = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
    let first = "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389";
    let second = "dc908dda0b9344a953629b733820778880f3ceb421bb61b91cbd4c3e66256ce4";

    assert_eq!(hex(&*hsalsa20(&octets(secret), &[0; 16])), first);
    assert_eq!(hex(&*hsalsa20(&octets(first), &octets(NACL_PREFIX))), second);
}

#[test]
fn box_of_the_nacl_paper() {
    for kernel in Kernel::all() {
        let key = TrafficKey::with_kernel(kernel, &octets(NACL_KEY), &octets(NACL_PREFIX));
        let mut text = octets::<131>(NACL_TEXT);

        let tag = key.seal(octets(NACL_TAIL), &mut text);

        assert_eq!(hex(&tag) + &hex(&text), NACL_BOX, "{kernel:?}");
        assert_eq!(key.open(octets(NACL_TAIL), &tag, &mut text), Ok(()), "{kernel:?}");
        assert_eq!(hex(&text), NACL_TEXT, "{kernel:?}");
    }
}

/// The tag depends on each octet of the encrypted text, so it stands for all of them.
#[test]
fn tags_of_libsodium() {
    let key: [u8; 32] = std::array::from_fn(|place| u8::try_from(place).unwrap());
    for kernel in Kernel::all() {
        let key = TrafficKey::with_kernel(kernel, &key, b"CurveZMQMESSAGEC");
        for (len, tag) in SODIUM_TAGS {
            let octet = |place: usize| u8::try_from((place * 7 + len) % 251).unwrap();
            let mut text: Vec<u8> = (0..len).map(octet).collect();
            let tail = u64::try_from(len + 1).unwrap().to_be_bytes();

            assert_eq!(hex(&key.seal(tail, &mut text)), tag, "{len} octets, {kernel:?}");
        }
    }
}

fn octets<const LEN: usize>(hex: &str) -> [u8; LEN] {
    assert_eq!(hex.len(), 2 * LEN);
    std::array::from_fn(|place| u8::from_str_radix(&hex[2 * place..][..2], 16).unwrap())
}

fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |hex, octet| format!("{hex}{octet:02x}"))
}

const NACL_KEY: &str = "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389";
const NACL_PREFIX: &str = "69696ee955b62b73cd62bda875fc73d6";
const NACL_TAIL: &str = "8219e0036b7a0b37";
const NACL_TEXT: &str = "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffc\
    e5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7f\
    a1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040\
    e082f937763848645e0705";
const NACL_BOX: &str = "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce\
    48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb8\
    63d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de\
    56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5";

/// What libsodium 1.0.18 says of the texts above: their length, and the tag.
const SODIUM_TAGS: [(usize, &str); 34] = [
    (0, "1bb904e9f496d9c744dd1815a1279277"),
    (1, "a7bd99ce95d07c56db4be2a10143a6d0"),
    (15, "5047e6bcee9b662896d13c5c5553bd8a"),
    (16, "e2bbfd97c0843a28165e79d70894b4c1"),
    (17, "0a45da2c9de16fc2e060c5c5127d6bb9"),
    (31, "e0df5502d2ab14ef0c7e063fc25f5d83"),
    (32, "644761773352f2adcde81a868dd465e7"),
    (33, "d5b0c53d3baf2475d527123eb4e13550"),
    (63, "4281de64d884193bbeb6fa6552a5e558"),
    (64, "214e593f2ba67bb1c8fc163fb84c7fb4"),
    (65, "a3e3f911a792380feb3153b6a4fb1136"),
    (95, "9786d30a89d48e04fa0b6b5f3a808199"),
    (96, "9466256176fcaa46af1b4cb15f7a412c"),
    (97, "b0cd0e77469653c4017f962baef8146c"),
    (127, "7cab42e55c09143c7decd0fa654007ff"),
    (128, "4519fa0f65ce20391705fa745dde4739"),
    (223, "91b2153e6bc189425927e196815f516f"),
    (224, "6c8f399828159937a5620bb932531dc5"),
    (255, "ff518b9e813701378ea8553bcc2cba99"),
    (256, "e311c0044d01fb54f7fbdf8322195e76"),
    (479, "2005cbc1cf2fee5a855b9f9842588b3e"),
    (480, "bc5989931ce98c8f4de5c29c073655f7"),
    (481, "4ab2ac0ee0eca6f48fe61b6077198ccf"),
    (511, "76ec3009c1ea5588951d3682a86e70e1"),
    (512, "45688c82163b96a03852a0dbe7f7e132"),
    (513, "cb2d9b9c9dba18c27ef7d9181e2d8166"),
    (544, "b04b940281c5f7ac20b5ebbf7b5c29ae"),
    (1000, "30de25febfef2351b9d863f0e9587088"),
    (1023, "3cf6fc65806b7ff9837a16da357a6910"),
    (1024, "6b1ff9bcf4d5760c148f67ca1583ad59"),
    (2048, "d905221642ce57dd8d2c2446d73e333a"),
    (4095, "5145e6c62cee44f9b8f13bd5a847bf44"),
    (8192, "465688f1e8bb1cec6dce71aafa2a7c7a"),
    (65536, "67071cd1c8fb02938d084fb64256f37e"),
];
