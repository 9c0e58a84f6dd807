#include <cstdio>
#include <string>

#include "dvt/cli/commands/sql_verbs.h"

// sql_verbs sql VERB --batch: the batch mode of `dvt sql`, linked without databases.
int main(int argc, char** argv) {
  int at = argc > 1 && std::string(argv[1]) == "sql" ? 2 : 1;
  if (at >= argc) {
    std::fputs("sql_verbs [sql] transpile|format|parse|analyze|lineage [--batch]\n", stderr);
    return 2;
  }
  dvt::cli::AnswerBatch(argv[at]);
  return 0;
}
