#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <random>

#include "dvt/base/text/text.h"

namespace dvt {
namespace {

std::string Hex(const unsigned char* bytes, size_t size) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(size * 2);
  for (size_t i = 0; i < size; ++i) {
    out += kHex[bytes[i] >> 4];
    out += kHex[bytes[i] & 15];
  }
  return out;
}

// An algorithm as its provider makes it, looked up once: EVP_md5() and its like are looked up at every digest.
EVP_MD* Fetched(const char* name) { return EVP_MD_fetch(nullptr, name, nullptr); }

std::string Digest(const EVP_MD* kind, std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &size, kind, nullptr);
  return Hex(digest, size);
}

}  // namespace

std::string Md5Hex(std::string_view bytes) {
  static const EVP_MD* const md5 = Fetched("MD5");
  return Digest(md5 == nullptr ? EVP_md5() : md5, bytes);
}

std::string Sha256Hex(std::string_view bytes) {
  static const EVP_MD* const sha256 = Fetched("SHA256");
  return Digest(sha256 == nullptr ? EVP_sha256() : sha256, bytes);
}

std::string NewUuid() {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof bytes) != 1) {
    std::random_device device;
    for (auto& byte : bytes) byte = static_cast<unsigned char>(device());
  }
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  std::string hex = Hex(bytes, sizeof bytes);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4), hex.substr(20));
}

}  // namespace dvt
