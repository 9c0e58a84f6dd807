#include "dvt/connectors/mysql/error_map.h"

#include <algorithm>
#include <iterator>

#include "dvt/base/result/retry.h"

namespace dvt::connectors::mysql {

namespace {

struct NumberClass {
  unsigned number;
  ErrorCode code;
};

// Sorted by number. Source: MariaDB "Error codes", MySQL 8 "Server error message reference", Connector/C errmsg.h.
constexpr NumberClass kNumbers[] = {
    {1005, ErrorCode::kUnknown},          // can't create table (the reason is in the text)
    {1007, ErrorCode::kAlreadyExists},    // database exists
    {1008, ErrorCode::kNotFound},         // database to drop does not exist
    {1021, ErrorCode::kDisk},             // disk full
    {1022, ErrorCode::kConstraint},       // duplicate key
    {1030, ErrorCode::kUnknown},          // error from storage engine
    {1036, ErrorCode::kPermission},       // table is read only
    {1037, ErrorCode::kMemory},           // out of memory
    {1038, ErrorCode::kMemory},           // out of sort memory
    {1040, ErrorCode::kThrottled},        // too many connections
    {1041, ErrorCode::kMemory},           // out of resources
    {1042, ErrorCode::kConnection},       // bad host
    {1043, ErrorCode::kConnection},       // bad handshake
    {1044, ErrorCode::kPermission},       // database access denied
    {1045, ErrorCode::kAuthentication},   // access denied (password)
    {1046, ErrorCode::kConfig},           // no database selected
    {1048, ErrorCode::kConstraint},       // column cannot be null
    {1049, ErrorCode::kNotFound},         // unknown database
    {1050, ErrorCode::kAlreadyExists},    // table exists
    {1051, ErrorCode::kNotFound},         // unknown table
    {1052, ErrorCode::kSyntax},           // ambiguous column
    {1053, ErrorCode::kConnection},       // server shutdown in progress
    {1054, ErrorCode::kNotFound},         // unknown column
    {1055, ErrorCode::kSyntax},           // not in GROUP BY
    {1058, ErrorCode::kSyntax},           // column count
    {1059, ErrorCode::kInvalidArgument},  // identifier too long
    {1060, ErrorCode::kAlreadyExists},    // duplicate column name
    {1061, ErrorCode::kAlreadyExists},    // duplicate key name
    {1062, ErrorCode::kConstraint},       // duplicate entry
    {1063, ErrorCode::kSyntax},           // wrong column specifier
    {1064, ErrorCode::kSyntax},           // parse error
    {1065, ErrorCode::kSyntax},           // empty query
    {1066, ErrorCode::kSyntax},           // not unique table/alias
    {1067, ErrorCode::kType},             // invalid default
    {1074, ErrorCode::kType},             // column too long
    {1091, ErrorCode::kNotFound},         // can't drop field or key
    {1094, ErrorCode::kNotFound},         // unknown thread
    {1095, ErrorCode::kPermission},       // not owner of thread
    {1102, ErrorCode::kInvalidArgument},  // incorrect database name
    {1103, ErrorCode::kInvalidArgument},  // incorrect table name
    {1104, ErrorCode::kInvalidArgument},  // MAX_JOIN_SIZE
    {1105, ErrorCode::kUnknown},          // unknown error
    {1109, ErrorCode::kNotFound},         // unknown table in clause
    {1111, ErrorCode::kSyntax},           // invalid use of group function
    {1114, ErrorCode::kDisk},             // table is full
    {1115, ErrorCode::kUnsupported},      // unknown character set
    {1118, ErrorCode::kType},             // row size too large
    {1129, ErrorCode::kThrottled},        // host blocked after connection errors
    {1130, ErrorCode::kPermission},       // host not allowed
    {1136, ErrorCode::kSyntax},           // column count does not match
    {1142, ErrorCode::kPermission},       // table access denied
    {1143, ErrorCode::kPermission},       // column access denied
    {1146, ErrorCode::kNotFound},         // no such table
    {1148, ErrorCode::kUnsupported},      // command not allowed with this version
    {1149, ErrorCode::kSyntax},           // syntax
    {1152, ErrorCode::kConnection},       // aborting connection
    {1153, ErrorCode::kData},             // packet too large
    {1158, ErrorCode::kConnection},       // network read error
    {1159, ErrorCode::kConnection},       // network read interrupted
    {1160, ErrorCode::kConnection},       // network write error
    {1161, ErrorCode::kConnection},       // network write interrupted
    {1171, ErrorCode::kType},             // primary key cannot be null
    {1180, ErrorCode::kUnknown},          // error during commit
    {1184, ErrorCode::kConnection},       // aborted connection
    {1203, ErrorCode::kThrottled},        // too many user connections
    {1205, ErrorCode::kTimeout},          // lock wait timeout
    {1206, ErrorCode::kMemory},           // lock table full
    {1213, ErrorCode::kDeadlock},         // deadlock
    {1216, ErrorCode::kConstraint},       // no referenced row
    {1217, ErrorCode::kConstraint},       // row is referenced
    {1222, ErrorCode::kSyntax},           // different number of columns in UNION
    {1226, ErrorCode::kThrottled},        // user limit reached
    {1227, ErrorCode::kPermission},       // specific access denied
    {1235, ErrorCode::kUnsupported},      // not supported yet
    {1241, ErrorCode::kSyntax},           // operand columns
    {1242, ErrorCode::kData},             // subquery returns more than one row
    {1247, ErrorCode::kSyntax},           // reference not supported
    {1248, ErrorCode::kSyntax},           // derived table needs alias
    {1251, ErrorCode::kAuthentication},   // authentication protocol
    {1263, ErrorCode::kConstraint},       // NULL supplied to NOT NULL column (LOAD DATA)
    {1264, ErrorCode::kData},             // out of range value
    {1265, ErrorCode::kData},             // data truncated
    {1267, ErrorCode::kType},             // illegal mix of collations
    {1290, ErrorCode::kPermission},       // option prevents statement (read-only)
    {1292, ErrorCode::kData},             // truncated wrong value
    {1295, ErrorCode::kUnsupported},      // not supported in the prepared statement protocol
    {1300, ErrorCode::kData},             // invalid character string
    {1301, ErrorCode::kData},             // result larger than max_allowed_packet
    {1305, ErrorCode::kNotFound},         // routine does not exist
    {1317, ErrorCode::kCancelled},        // query execution was interrupted
    {1356, ErrorCode::kNotFound},         // view references invalid tables
    {1364, ErrorCode::kConstraint},       // field has no default
    {1365, ErrorCode::kData},             // division by zero
    {1366, ErrorCode::kData},             // incorrect value
    {1367, ErrorCode::kData},             // illegal value
    {1370, ErrorCode::kPermission},       // routine access denied
    {1396, ErrorCode::kNotFound},         // CREATE/DROP USER failed
    {1406, ErrorCode::kData},             // data too long
    {1410, ErrorCode::kPermission},       // may not GRANT
    {1411, ErrorCode::kData},             // wrong value for type
    {1412, ErrorCode::kDeadlock},         // table definition changed under the transaction
    {1416, ErrorCode::kData},             // not a geometry
    {1419, ErrorCode::kPermission},       // SUPER needed
    {1425, ErrorCode::kType},             // too big scale
    {1426, ErrorCode::kType},             // too big precision
    {1451, ErrorCode::kConstraint},       // row is referenced
    {1452, ErrorCode::kConstraint},       // no referenced row
    {1461, ErrorCode::kThrottled},        // too many prepared statements
    {1525, ErrorCode::kData},             // incorrect value
    {1557, ErrorCode::kConstraint},       // foreign key would be violated
    {1568, ErrorCode::kInvalidArgument},  // transaction characteristics in progress
    {1586, ErrorCode::kConstraint},       // duplicate entry with key name
    {1614, ErrorCode::kDeadlock},         // XA deadlock
    {1637, ErrorCode::kThrottled},        // too many concurrent transactions
    {1690, ErrorCode::kData},             // data out of range
    {1698, ErrorCode::kAuthentication},   // access denied without password
    {1792, ErrorCode::kPermission},       // read-only transaction
    {1836, ErrorCode::kPermission},       // read-only mode
    {1862, ErrorCode::kAuthentication},   // password expired
    {1927, ErrorCode::kConnection},       // connection was killed (MariaDB)
    {1969, ErrorCode::kTimeout},          // max_statement_time exceeded (MariaDB)
    {2001, ErrorCode::kConnection},       // can't create socket
    {2002, ErrorCode::kConnection},       // can't connect (socket)
    {2003, ErrorCode::kConnection},       // can't connect (TCP)
    {2004, ErrorCode::kConnection},       // can't create TCP socket
    {2005, ErrorCode::kConnection},       // unknown host
    {2006, ErrorCode::kConnection},       // server has gone away
    {2007, ErrorCode::kUnsupported},      // protocol version
    {2008, ErrorCode::kMemory},           // client out of memory
    {2012, ErrorCode::kConnection},       // server handshake
    {2013, ErrorCode::kConnection},       // lost connection during query
    {2014, ErrorCode::kInternal},         // commands out of sync
    {2020, ErrorCode::kData},             // packet larger than max_allowed_packet
    {2026, ErrorCode::kConnection},       // TLS error
    {2027, ErrorCode::kConnection},       // malformed packet
    {2055, ErrorCode::kConnection},       // lost connection
    {2058, ErrorCode::kConnection},       // plugin
    {2059, ErrorCode::kAuthentication},   // authentication plugin cannot be loaded
    {2061, ErrorCode::kAuthentication},   // authentication plugin error
    {3024, ErrorCode::kTimeout},          // max_execution_time exceeded (MySQL)
    {3140, ErrorCode::kData},             // invalid JSON text
    {3156, ErrorCode::kData},             // invalid JSON value for CAST
    {3159, ErrorCode::kPermission},       // secure transport required
    {3572, ErrorCode::kTimeout},          // lock NOWAIT
    {3819, ErrorCode::kConstraint},       // check constraint (MySQL)
    {3948, ErrorCode::kUnsupported},      // loading local data is disabled
    {4025, ErrorCode::kConstraint},       // constraint failed (MariaDB)
    {4031, ErrorCode::kConnection},       // disconnected for inactivity
    {4166, ErrorCode::kUnsupported},      // local infile capability is disabled (MariaDB)
};

ErrorCode ClassifyState(std::string_view sqlstate) {
  if (sqlstate.size() != 5) return ErrorCode::kUnknown;
  const std::string_view family = sqlstate.substr(0, 2);
  if (family == "08") return ErrorCode::kConnection;
  if (family == "22") return ErrorCode::kData;
  if (family == "23") return ErrorCode::kConstraint;
  if (family == "28") return ErrorCode::kAuthentication;
  if (family == "40") return ErrorCode::kDeadlock;
  if (sqlstate == "42000") return ErrorCode::kSyntax;
  if (sqlstate == "42S02" || sqlstate == "42S22") return ErrorCode::kNotFound;
  if (sqlstate == "42S01" || sqlstate == "42S21") return ErrorCode::kAlreadyExists;
  if (family == "70") return ErrorCode::kCancelled;
  return ErrorCode::kUnknown;
}

std::string_view HintOf(unsigned number) {
  switch (number) {
    case 1045:
    case 1698: return "Check user and password of this connection in profiles.yml.";
    case 1044:
    case 1142:
    case 1143:
    case 1227: return "Grant the missing privilege to this connection's user.";
    case 1040:
    case 1203: return "Lower `threads`, or raise max_connections on the server.";
    case 1049: return "Check `schema` of this connection, or create the database.";
    case 1114: return "The server's disk or its temporary table space is full.";
    case 1290:
    case 1792:
    case 1836: return "The server is read-only: write to its primary.";
    case 1412: return "A table was altered after the read's moment began. Run again.";
    case 1969:
    case 3024: return "Raise `query_timeout`.";
    case 2002:
    case 2003: return "Check that the server runs and that host and port (or unix_socket) are right.";
    case 2005: return "Check the host's name.";
    case 2026: return "Check ssl_ca, ssl_cert and ssl_key, or set `ssl_disabled: true` for a server without TLS.";
    default: return {};
  }
}

}  // namespace

ErrorCode ClassifyError(unsigned number, std::string_view sqlstate) {
  const auto* found = std::lower_bound(std::begin(kNumbers), std::end(kNumbers), number,
                                       [](const NumberClass& entry, unsigned n) { return entry.number < n; });
  if (found != std::end(kNumbers) && found->number == number && found->code != ErrorCode::kUnknown) return found->code;
  return ClassifyState(sqlstate);
}

Error MakeServerError(unsigned number, std::string_view sqlstate, std::string_view message) {
  ErrorCode code = ClassifyError(number, sqlstate);
  if (code == ErrorCode::kUnknown) code = ClassifyMessage(message);
  return Error(code, std::string(message)).WithVendorCode(std::to_string(number)).WithHint(std::string(HintOf(number)));
}

bool ForbidsLocalInfile(unsigned number) {
  return number == 1148 || number == 3948 || number == 3950 || number == 4166 || number == 2068;
}

}  // namespace dvt::connectors::mysql
