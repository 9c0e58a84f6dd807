#pragma once

// Everything of the SQL frontend, for those who use most of it.
#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/sql/analyze/columns_expansion.h"
#include "dvt/sql/analyze/qualify.h"
#include "dvt/sql/dialects/dialect.h"
#include "dvt/sql/parse/parser.h"
#include "dvt/sql/print/printer.h"
#include "dvt/sql/rewrite/transpile.h"
