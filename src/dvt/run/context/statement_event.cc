#include "dvt/run/context/statement_event.h"

#include <fmt/format.h>

namespace dvt::run {

StatementEvent::StatementEvent(Observer& observer, std::string connection, const std::string& sql)
    : observer_(observer), connection_(std::move(connection)) {
  LogEvent event;
  event.name = "SQLQuery";
  event.code = "E016";
  event.level = LogLevel::kDebug;
  event.message = fmt::format("On {}: {}", connection_, sql);
  event.data.Set("conn_name", connection_);
  event.data.Set("sql", sql);
  observer_.Event(event);
}

void StatementEvent::Done(const std::string& status) {
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin_;
  LogEvent event;
  event.name = "SQLQueryStatus";
  event.code = "E017";
  event.level = LogLevel::kDebug;
  event.message = fmt::format("SQL status: {} in {:.3f} seconds", status, elapsed.count());
  event.data.Set("conn_name", connection_);
  event.data.Set("elapsed", elapsed.count());
  event.data.Set("query_id", "");
  event.data.Set("status", status);
  observer_.Event(event);
}

}  // namespace dvt::run
