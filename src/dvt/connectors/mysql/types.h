#pragma once

#include <mysql.h>

#include <string>

#include "dvt/base/result/result.h"
#include "dvt/columnar/types/data_type.h"
#include "dvt/connectors/mysql/connection.h"
#include "dvt/connectors/mysql/settings.h"

namespace dvt::connectors::mysql {

/// A result column's neutral field. `native_type` is the server's spelling as far as the protocol tells it.
columnar::Field FieldOf(const MYSQL_FIELD& wire, const ReadConventions& conventions);
/// One sentence if reading the column changes its meaning (a geometry's SRID is left out, …); else empty.
std::string ReadNote(const MYSQL_FIELD& wire, const columnar::Field& field);
/// True for MariaDB/MySQL geometry values, which travel as SRID + WKB.
bool IsGeometry(const MYSQL_FIELD& wire);

/// DDL text of a neutral type; `loss` (may be null) gets a sentence where something is lost.
Result<std::string> TypeNameOf(const columnar::DataType& type, const ServerInfo& server, std::string* loss);

}  // namespace dvt::connectors::mysql
