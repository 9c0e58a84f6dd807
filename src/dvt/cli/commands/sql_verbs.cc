#include "dvt/cli/commands/sql_verbs.h"

#include <cstdio>
#include <iostream>

#include "dvt/sql/service/request.h"

namespace dvt::cli {

long AnswerBatch(const std::string& verb) {
  std::ios::sync_with_stdio(false);
  std::string line;
  long count = 0;
  while (std::getline(std::cin, line)) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    ++count;
    std::cout << sql::AnswerLine(verb, line) << '\n';
    // A peer that waits for its answer sends nothing more: what is buffered goes out when the input runs dry.
    if (std::cin.rdbuf()->in_avail() <= 0) std::cout.flush();
  }
  std::cout.flush();
  return count;
}

}  // namespace dvt::cli
