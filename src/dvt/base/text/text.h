#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dvt {

std::string_view TrimView(std::string_view text);
std::string ToLower(std::string_view text);  ///< ASCII only
std::string ToUpper(std::string_view text);  ///< ASCII only
bool EqualsIgnoreCase(std::string_view a, std::string_view b);
std::vector<std::string> Split(std::string_view text, char separator);
std::string Join(const std::vector<std::string>& parts, std::string_view separator);
std::string ReplaceAll(std::string text, std::string_view from, std::string_view to);

/// Optimal-string-alignment edit distance over bytes.
int EditDistance(std::string_view a, std::string_view b);
/// The candidate nearest to `name` (ignoring case, within about a third of its length), or empty.
std::string NearestName(std::string_view name, const std::vector<std::string>& candidates);
/// " Did you mean 'x'?" or "" when nothing is near.
std::string DidYouMean(std::string_view name, const std::vector<std::string>& candidates);

/// "1.5 M", "12.3 k", "987".
std::string HumanCount(double count);
/// "12.3 MB" (powers of 1000).
std::string HumanBytes(double bytes);
/// "0.42 s", "1 m 05 s".
std::string HumanSeconds(double seconds);

/// Lower-case hexadecimal MD5 of the bytes (RFC 1321; OpenSSL).
std::string Md5Hex(std::string_view bytes);
/// Lower-case hexadecimal SHA-256 of the bytes (OpenSSL).
std::string Sha256Hex(std::string_view bytes);
/// Random RFC 9562 version 4 UUID text.
std::string NewUuid();

/// True if the bytes are well-formed UTF-8.
bool IsUtf8(std::string_view bytes);

}  // namespace dvt
