/* Ciphers that OpenSSL offers besides those in use, and that no bus, database or certificate here needs: ARIA, Camellia, SEED, SM4, Blowfish and
   CAST5, 0.12 MB of a static file. OpenSSL's tables of all ciphers find these names here, so that the linker does not fetch the code behind them.
   OpenSSL then says of such a cipher, as a build without it does, that it is not there. The names are weak: where something else fetches the
   code, that is used. */

#define NONE(name) __attribute__((weak)) const void *EVP_##name(void) { return 0; }
#define OLD(family, size, mode) NONE(family##_##size##_##mode)
#define NEW(family, size, mode) __attribute__((weak)) const void *const ossl_##family##size##mode##_functions[2] = { 0, 0 };

#define COMMON(kind, family, size) \
    kind(family, size, cbc) kind(family, size, cfb1) kind(family, size, cfb8) kind(family, size, ctr) kind(family, size, ecb) kind(family, size, ofb)

#define OF_SIZE(size) \
    COMMON(OLD, aria, size) OLD(aria, size, cfb128) OLD(aria, size, ccm) OLD(aria, size, gcm) \
    COMMON(NEW, aria, size) NEW(aria, size, cfb) NEW(aria, size, ccm) NEW(aria, size, gcm) \
    COMMON(OLD, camellia, size) OLD(camellia, size, cfb128) \
    COMMON(NEW, camellia, size) NEW(camellia, size, cfb) NEW(camellia, size, cbc_cts)

OF_SIZE(128)
OF_SIZE(192)
OF_SIZE(256)

NONE(bf_cbc) NONE(bf_cfb64) NONE(bf_ecb) NONE(bf_ofb)
NONE(cast5_cbc) NONE(cast5_cfb64) NONE(cast5_ecb) NONE(cast5_ofb)
NONE(seed_cbc) NONE(seed_cfb128) NONE(seed_ecb) NONE(seed_ofb)
NONE(sm4_cbc) NONE(sm4_cfb128) NONE(sm4_ctr) NONE(sm4_ecb) NONE(sm4_ofb)
NEW(sm4, 128, cbc) NEW(sm4, 128, cfb128) NEW(sm4, 128, ctr) NEW(sm4, 128, ecb) NEW(sm4, 128, ofb128)

/* AES-CBC and HMAC in one step, a faster form for TLS 1.2 with suites that few peers choose. Without it OpenSSL does the two one after the other. */
NONE(aes_128_cbc_hmac_sha1) NONE(aes_256_cbc_hmac_sha1) NONE(aes_128_cbc_hmac_sha256) NONE(aes_256_cbc_hmac_sha256)
NEW(aes, 128, cbc_hmac_sha1) NEW(aes, 256, cbc_hmac_sha1) NEW(aes, 128, cbc_hmac_sha256) NEW(aes, 256, cbc_hmac_sha256)
__attribute__((weak)) int ossl_cipher_capable_aes_cbc_hmac_sha1(void) { return 0; }
__attribute__((weak)) int ossl_cipher_capable_aes_cbc_hmac_sha256(void) { return 0; }
