// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/html_hash.h"

#include <nettle/base64.h>
#include <nettle/sha2.h>

#include <array>

namespace p2pcheck {

std::string PolicyHash(std::string_view text) {
  sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, text.size(),
                reinterpret_cast<const uint8_t*>(text.data()));
  std::array<uint8_t, SHA256_DIGEST_SIZE> digest;
  sha256_digest(&context, digest.size(), digest.data());
  std::array<char, BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE)> base64;
  base64_encode_raw(base64.data(), digest.size(), digest.data());
  return "sha256-" + std::string(base64.begin(), base64.end());
}

}  // namespace p2pcheck
