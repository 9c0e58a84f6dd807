#include "dvt/connectors/postgres/error_map.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/result/retry.h"
#include "dvt/base/text/text.h"

namespace dvt::connectors::postgres {

namespace {

struct StateClass {
  std::string_view prefix;  // a whole SQLSTATE or its two-character class
  ErrorCode code;
};

// Whole states come before their classes. Source: PostgreSQL manual, appendix "PostgreSQL Error Codes".
constexpr StateClass kStates[] = {
    {"0A", ErrorCode::kUnsupported},
    {"0L", ErrorCode::kPermission},
    {"0P", ErrorCode::kPermission},
    {"08", ErrorCode::kConnection},
    {"21", ErrorCode::kData},
    {"22023", ErrorCode::kInvalidArgument},
    {"22", ErrorCode::kData},
    {"23", ErrorCode::kConstraint},
    {"25006", ErrorCode::kPermission},
    {"25P03", ErrorCode::kConnection},
    {"25", ErrorCode::kInvalidArgument},
    {"26", ErrorCode::kNotFound},
    {"28", ErrorCode::kAuthentication},
    {"2BP01", ErrorCode::kConstraint},
    {"2D", ErrorCode::kInvalidArgument},
    {"34", ErrorCode::kNotFound},
    {"38", ErrorCode::kData},
    {"39", ErrorCode::kData},
    {"3B", ErrorCode::kInvalidArgument},
    {"3D", ErrorCode::kNotFound},
    {"3F", ErrorCode::kNotFound},
    {"40", ErrorCode::kDeadlock},
    {"42501", ErrorCode::kPermission},
    {"42P01", ErrorCode::kNotFound},
    {"42703", ErrorCode::kNotFound},
    {"42883", ErrorCode::kNotFound},
    {"42704", ErrorCode::kNotFound},
    {"42P02", ErrorCode::kNotFound},
    {"42P07", ErrorCode::kAlreadyExists},
    {"42P06", ErrorCode::kAlreadyExists},
    {"42P04", ErrorCode::kAlreadyExists},
    {"42P05", ErrorCode::kAlreadyExists},
    {"42710", ErrorCode::kAlreadyExists},
    {"42701", ErrorCode::kAlreadyExists},
    {"42723", ErrorCode::kAlreadyExists},
    {"42804", ErrorCode::kType},
    {"42846", ErrorCode::kType},
    {"42P18", ErrorCode::kType},
    {"42809", ErrorCode::kType},
    {"42", ErrorCode::kSyntax},
    {"44", ErrorCode::kConstraint},
    {"53100", ErrorCode::kDisk},
    {"53200", ErrorCode::kMemory},
    {"53", ErrorCode::kThrottled},
    {"54", ErrorCode::kUnsupported},
    {"55P03", ErrorCode::kTimeout},
    {"55006", ErrorCode::kThrottled},
    {"55", ErrorCode::kInvalidArgument},
    {"57014", ErrorCode::kCancelled},
    {"57P03", ErrorCode::kThrottled},
    {"57", ErrorCode::kConnection},
    {"58", ErrorCode::kIo},
    {"72", ErrorCode::kNotFound},
    {"P0001", ErrorCode::kData},
    {"P0", ErrorCode::kData},
    {"XX001", ErrorCode::kIo},
    {"XX002", ErrorCode::kIo},
};

std::string Part(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text == nullptr ? std::string() : std::string(text);
}

// "line 3, column 7" of a place counted in characters from 1.
std::string LineAndColumn(std::string_view sql, int64_t position) {
  int line = 1, column = 1;
  int64_t at = 1;
  for (size_t i = 0; i < sql.size() && at < position; ++i) {
    const auto byte = static_cast<unsigned char>(sql[i]);
    if (byte == '\n') {
      ++line;
      column = 0;
    }
    const bool last_of_character = i + 1 >= sql.size() || (static_cast<unsigned char>(sql[i + 1]) & 0xC0) != 0x80;
    if (last_of_character) {
      ++at;
      ++column;
    }
  }
  return fmt::format("line {}, column {}", line, column);
}

// The SQLSTATE that libpq's verbose messages carry between two colons, or empty.
std::string StateInMessage(std::string_view message) {
  const auto is_state = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
  };
  std::string found;
  for (size_t at = message.find(":  "); at != std::string_view::npos; at = message.find(":  ", at + 1)) {
    const auto rest = message.substr(at + 3);
    if (rest.size() > 6 && rest[5] == ':' && is_state(rest.substr(0, 5))) found = rest.substr(0, 5);
  }
  return found;
}

// libpq's text without the verbose parts: severity, state and source location.
std::string PlainMessage(std::string_view message, const std::string& state) {
  std::string text;
  for (const auto& line : Split(message, '\n')) {
    if (TrimView(line).empty() || line.starts_with("LOCATION:")) continue;
    if (!text.empty()) text += "; ";
    text += TrimView(line);
  }
  return state.empty() ? text : ReplaceAll(text, state + ": ", "");
}

std::string ConnectHint(ErrorCode code, const std::string& state, const Settings& settings) {
  switch (code) {
    case ErrorCode::kAuthentication:
      return fmt::format("Check user and password of connection '{}' in profiles.yml, and the server's pg_hba.conf.",
                         settings.connection);
    case ErrorCode::kNotFound:
      return state == "3D000" ? fmt::format("Check dbname of connection '{}' in profiles.yml.", settings.connection)
                              : std::string();
    case ErrorCode::kThrottled: return state == "53300" ? "The server's max_connections is reached: use fewer threads." : "";
    case ErrorCode::kConnection:
    case ErrorCode::kTimeout:
      return fmt::format("Is the server running at {}:{} and reachable from here?", settings.host, settings.port);
    default: return {};
  }
}

}  // namespace

ErrorCode ClassifySqlState(std::string_view sqlstate) {
  for (const auto& row : kStates) {
    if (sqlstate.starts_with(row.prefix)) return row.code;
  }
  return ErrorCode::kUnknown;
}

Error ErrorFromResult(const PGresult* result, const Settings& settings, std::string_view sql) {
  const std::string state = Part(result, PG_DIAG_SQLSTATE);
  std::string message = Part(result, PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty()) message = TrimView(PQresultErrorMessage(result));
  ErrorCode code = state.empty() ? ErrorCode::kConnection : ClassifySqlState(state);
  // One state serves cancels and timeouts; only the text tells them apart.
  if (state == "57014" && message.find("timeout") != std::string::npos) code = ErrorCode::kTimeout;
  if (const std::string position = Part(result, PG_DIAG_STATEMENT_POSITION); !position.empty() && !sql.empty()) {
    message += fmt::format(" ({} of the query)", LineAndColumn(sql, std::atoll(position.c_str())));
  }
  if (const std::string detail = Part(result, PG_DIAG_MESSAGE_DETAIL); !detail.empty()) message += ": " + detail;
  std::string hint = Part(result, PG_DIAG_MESSAGE_HINT);
  if (hint.empty() && state == "25006") {
    hint = "The server or the session is read-only (a standby, or default_transaction_read_only).";
  }
  Error error = Error(code, settings.Redact(std::move(message))).WithVendorCode(state).WithHint(settings.Redact(std::move(hint)));
  const std::string context = Part(result, PG_DIAG_CONTEXT);
  if (context.empty()) return error;
  return std::move(error).Within(settings.Redact(context));
}

Error ErrorFromConnection(PGconn* connection, const Settings& settings, bool connecting) {
  const char* raw = connection == nullptr ? "out of memory" : PQerrorMessage(connection);
  const std::string state = StateInMessage(raw);
  ErrorCode code = state.empty() ? ClassifyMessage(raw) : ClassifySqlState(state);
  const std::string_view text(raw);
  if (state.empty()) {
    if (text.find("no password supplied") != std::string_view::npos)
      code = ErrorCode::kAuthentication;
    else if (text.find("root certificate") != std::string_view::npos)
      code = ErrorCode::kConfig;
    else if (code == ErrorCode::kUnknown || code == ErrorCode::kNotFound)
      code = ErrorCode::kConnection;
  }
  std::string message = settings.Redact(PlainMessage(raw, state));
  if (message.empty()) message = "the server closed the connection";
  message = connecting ? fmt::format("cannot connect to '{}' ({}): {}", settings.connection, settings.Describe(), message)
                       : fmt::format("the connection '{}' broke: {}", settings.connection, message);
  return Error(code, std::move(message))
      .WithVendorCode(state)
      .WithHint(connecting ? ConnectHint(code, state, settings) : std::string());
}

}  // namespace dvt::connectors::postgres
