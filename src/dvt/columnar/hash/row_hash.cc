#include "dvt/columnar/hash/row_hash.h"

#include <openssl/evp.h>

#include <algorithm>

#include "dvt/columnar/hash/value_encoder.h"

namespace dvt::columnar {

struct Digester::State {
  EVP_MD* kind = EVP_MD_fetch(nullptr, "MD5", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
};

Digester::Digester() : state_(std::make_unique<State>()) {}

Digester::~Digester() {
  EVP_MD_CTX_free(state_->context);
  EVP_MD_free(state_->kind);
}

RowDigest Digester::Of(std::string_view text) {
  RowDigest digest{};
  EVP_DigestInit_ex2(state_->context, state_->kind, nullptr);
  EVP_DigestUpdate(state_->context, text.data(), text.size());
  EVP_DigestFinal_ex(state_->context, digest.data(), nullptr);
  return digest;
}

std::vector<size_t> HashOrder(const Fields& fields) {
  std::vector<size_t> order(fields.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return fields[a].name < fields[b].name; });
  return order;
}

void AppendHashRow(std::string& out, const std::vector<ColumnView>& columns, const std::vector<size_t>& order, int64_t row) {
  for (size_t i = 0; i < order.size(); ++i) {
    if (i > 0) out += kHashSeparator;
    AppendHashText(out, columns[order[i]], row);
  }
}

std::vector<KeyPart> SplitKey(std::string_view key) {
  std::vector<KeyPart> parts(1);
  for (size_t i = 0; i < key.size(); ++i) {
    if (key[i] == kHashSeparator) {
      parts.emplace_back();
    } else if (key[i] != '~' || i + 1 == key.size()) {
      parts.back().text += key[i];
    } else if (key[++i] == 'N') {
      parts.back().null = true;
    } else {
      parts.back().text += key[i];
    }
  }
  return parts;
}

}  // namespace dvt::columnar
