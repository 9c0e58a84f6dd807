#pragma once
// Forward declarations of `graph`.

namespace dvt::graph {

class Dag;
class ReadyQueue;
struct SelectOptions;

}  // namespace dvt::graph
