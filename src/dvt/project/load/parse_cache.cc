#include "dvt/project/load/parse_cache.h"

#include <charconv>
#include <cstring>

#include "dvt/base/fs/atomic_file.h"
#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/base/thread/thread_pool.h"
#include "dvt/model/manifest_codec.h"

namespace dvt::project {

namespace {

constexpr std::string_view kBegin = "dvt parsed project 1\n";

// Against files that were cut or overwritten: eight bytes at a time, any change of one shows.
std::string Checksum(std::string_view bytes) {
  uint64_t sum = 0x9E3779B97F4A7C15ull + bytes.size();
  for (size_t at = 0; at < bytes.size(); at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, std::min<size_t>(8, bytes.size() - at));
    sum = (sum ^ word) * 0x100000001B3ull;
    sum ^= sum >> 29;
  }
  return std::to_string(sum);
}

// The line at the front, taken away.
std::string_view TakeLine(std::string_view& text) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::exchange(text, {});
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string ReadEnvironment::DigestOf(const std::optional<std::string>& value) { return value ? Sha256Hex("=" + *value) : ""; }

std::optional<std::string> ReadEnvironment::Look(const std::string& name) {
  auto value = env_(name);
  std::lock_guard lock(mutex_);
  read_.emplace(name, value);
  return value;
}

std::map<std::string, std::string> ReadEnvironment::digests() const {
  std::lock_guard lock(mutex_);
  std::map<std::string, std::string> digests;
  for (const auto& [name, value] : read_) digests[name] = DigestOf(value);
  return digests;
}

bool ParseCache::Load(const EnvLookup& env, model::Manifest& manifest) const {
  if (!FileExists(file_)) return false;
  const auto text = ReadFile(file_);
  if (!text || !text->starts_with(kBegin)) return false;
  std::string_view rest = std::string_view(*text).substr(kBegin.size());
  if (TakeLine(rest) != key_) return false;
  const std::string_view checksum = TakeLine(rest);
  size_t count = 0;
  const std::string_view counted = TakeLine(rest);
  if (std::from_chars(counted.data(), counted.data() + counted.size(), count).ec != std::errc()) return false;
  for (; count > 0; --count) {
    const std::string name(TakeLine(rest));
    if (ReadEnvironment::DigestOf(env(name)) != TakeLine(rest)) return false;
  }
  return Checksum(rest) == checksum && model::DecodeManifest(rest, manifest);
}

void ParseCache::Store(const std::map<std::string, std::string>& environment, const model::Manifest& manifest,
                       ThreadPool* pool) const {
  std::string found = model::EncodeManifest(manifest);
  std::string head(kBegin);
  head += key_ + "\n" + Checksum(found) + "\n" + std::to_string(environment.size()) + "\n";
  for (const auto& [name, digest] : environment) {
    if (name.find('\n') != std::string::npos) return;
    head += name + "\n" + digest + "\n";
  }
  auto write = [path = file_, head = std::move(head), found = std::move(found)] {
    auto file = AtomicFile::Open(path);
    if (file && file->Append(head) && file->Append(found)) (void)file->Commit();
  };
  if (pool == nullptr) return write();
  pool->Submit(std::move(write));
}

}  // namespace dvt::project
