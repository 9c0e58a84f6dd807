#include <gtest/gtest.h>

#include "dvt/base/text/text.h"
#include "dvt/graph/dag/dag.h"
#include "dvt/graph/dag/ready_queue.h"
#include "dvt/graph/select/select.h"
#include "dvt/graph/select/wildcard.h"

namespace dvt::graph {
namespace {

// s0 → stg/stg_a (t1) → int_c (t1, t2) → mart/d → mart/e; stg/stg_b ← source → int_c; mart/f ← stg_a; exposure ex ← d; tests.
model::Manifest Shop() {
  model::Manifest manifest;
  manifest.project.name = "qp";
  auto node = [&](model::ResourceType type, const std::string& folder, const std::string& name, std::vector<std::string> tags,
                  std::vector<std::string> parents) {
    model::Node n;
    n.type = type;
    n.name = name;
    n.package = "qp";
    n.unique_id = std::string(model::ResourceTypeName(type)) + ".qp." + name;
    n.fqn = {"qp"};
    if (!folder.empty()) n.fqn.push_back(folder);
    n.fqn.push_back(name);
    n.tags = std::move(tags);
    n.original_path = "models/" + (folder.empty() ? "" : folder + "/") + name + ".sql";
    n.config.Set("materialized", name == "int_c" ? "table" : "view");
    n.depends_on_nodes = std::move(parents);
    manifest.nodes[n.unique_id] = n;
  };
  using model::ResourceType;
  model::SourceNode source;
  source.unique_id = "source.qp.src.tb";
  source.source_name = "src";
  source.name = "tb";
  source.package = "qp";
  source.fqn = {"qp", "src", "tb"};
  manifest.sources[source.unique_id] = source;
  node(ResourceType::kSeed, "", "s0", {}, {});
  node(ResourceType::kModel, "stg", "stg_a", {"t1"}, {"seed.qp.s0"});
  node(ResourceType::kModel, "stg", "stg_b", {}, {"source.qp.src.tb"});
  node(ResourceType::kModel, "", "int_c", {"t1", "t2"}, {"model.qp.stg_a", "model.qp.stg_b"});
  node(ResourceType::kModel, "mart", "d", {}, {"model.qp.int_c"});
  node(ResourceType::kModel, "mart", "e", {}, {"model.qp.d"});
  node(ResourceType::kModel, "mart", "f", {}, {"model.qp.stg_a"});
  node(ResourceType::kTest, "", "not_null_int_c", {}, {"model.qp.int_c"});
  node(ResourceType::kTest, "", "R", {}, {"model.qp.int_c", "model.qp.stg_a"});
  model::ExposureNode exposure;
  exposure.unique_id = "exposure.qp.ex";
  exposure.name = "ex";
  exposure.depends_on_nodes = {"model.qp.d"};
  manifest.exposures[exposure.unique_id] = exposure;
  return manifest;
}

std::string Selected(const model::Manifest& manifest, SelectOptions options) {
  auto dag = Dag::Build(manifest);
  Diagnostics diagnostics;
  auto ids = Select(*dag, manifest, options, diagnostics);
  if (!ids) return ids.error().message();
  std::vector<std::string> names;
  for (const auto& id : *ids) names.push_back(id.substr(id.rfind('.') + 1));
  std::sort(names.begin(), names.end());
  return Join(names, " ");
}

TEST(Select, GrammarAndMethods) {
  const auto manifest = Shop();
  auto select = [&](std::vector<std::string> what) {
    return Selected(manifest, {.select = what, .indirect = IndirectSelection::kEmpty});
  };
  EXPECT_EQ(select({"d"}), "d");
  EXPECT_EQ(select({"1+d"}), "d int_c");
  EXPECT_EQ(select({"2+e"}), "d e int_c");
  EXPECT_EQ(select({"d+1"}), "d e ex");
  EXPECT_EQ(select({"source:src.tb+1"}), "stg_b tb");
  EXPECT_EQ(select({"+exposure:ex"}), "d ex int_c s0 stg_a stg_b tb");
  EXPECT_EQ(select({"tag:t*"}), "int_c stg_a");
  EXPECT_EQ(select({"*_a"}), "stg_a");
  EXPECT_EQ(select({"mart.[de]"}), "d e");
  EXPECT_EQ(select({"[de]"}), "");
  EXPECT_EQ(select({"*.core"}), "");
  EXPECT_EQ(select({"stg"}), "stg_a stg_b");
  EXPECT_EQ(select({"qp.stg"}), "stg_a stg_b");
  EXPECT_EQ(select({"models/stg"}), "stg_a stg_b");
  EXPECT_EQ(select({"fqn:qp.mart.*"}), "d e f");
  EXPECT_EQ(select({"config.materialized:table"}), "int_c");
  EXPECT_EQ(select({"d e", "f"}), "d e f");
  EXPECT_EQ(select({"tag:t1,tag:t2"}), "int_c");
  EXPECT_EQ(select({"@f"}), "f s0 stg_a");
  EXPECT_EQ(select({"nope"}), "");
  EXPECT_EQ(select({"tga:x"}), "'tga' is no selection method. Did you mean 'tag'?");
}

TEST(Select, IndirectTestsAndExclusion) {
  const auto manifest = Shop();
  auto select = [&](IndirectSelection indirect) { return Selected(manifest, {.select = {"int_c"}, .indirect = indirect}); };
  EXPECT_EQ(select(IndirectSelection::kEager), "R int_c not_null_int_c");
  EXPECT_EQ(select(IndirectSelection::kCautious), "int_c not_null_int_c");
  EXPECT_EQ(select(IndirectSelection::kBuildable), "R int_c not_null_int_c");
  EXPECT_EQ(select(IndirectSelection::kEmpty), "int_c");
  EXPECT_EQ(Selected(manifest, {.select = {"stg+"}, .exclude = {"int_c+"}}), "f stg_a stg_b");
  EXPECT_EQ(Selected(manifest, {.resource_types = {"seed"}}), "s0");
}

// What selectors.yml defines.
std::string BySelector(model::Manifest manifest, const std::string& yaml, SelectOptions options) {
  manifest.selectors = *ParseYaml(yaml);
  return Selected(manifest, std::move(options));
}

TEST(Select, Selectors) {
  const std::string yaml = R"(
- {name: kv, definition: {tag: t1}}
- {name: text, definition: 'stg_a+1'}
- {name: full, definition: {method: fqn, value: int_c, parents: true, parents_depth: 1, indirect_selection: empty}}
- name: sets
  definition:
    union:
      - intersection: [{tag: t1}, 'tag:t2']
      - {method: selector, value: kv}
      - exclude: [stg_a]
- {name: without, definition: {method: path, value: models/mart, exclude: [e]}}
- {name: usual, default: true, definition: {method: path, value: models/mart}}
)";
  const auto manifest = Shop();
  const auto of = [&](const char* name) { return BySelector(manifest, yaml, {.selector = name}); };
  EXPECT_EQ(of("kv"), "R int_c not_null_int_c stg_a");
  EXPECT_EQ(of("text"), "R f int_c not_null_int_c stg_a");
  EXPECT_EQ(of("full"), "int_c stg_a stg_b");
  EXPECT_EQ(of("sets"), "int_c not_null_int_c");
  EXPECT_EQ(of("without"), "d f");
  EXPECT_EQ(BySelector(manifest, yaml, {}), "d e f");
  EXPECT_EQ(BySelector(manifest, yaml, {.select = {"selector:without,e+", "stg_b"}, .indirect = IndirectSelection::kEmpty}),
            "stg_b");
  EXPECT_EQ(of("kw"), "there is no selector 'kw'. Did you mean 'kv'?");
  const auto broken = [&](const char* text) { return BySelector(manifest, text, {.selector = "a"}); };
  EXPECT_EQ(broken("[{name: a, definition: {method: tga, value: x}}]"), "'tga' is no selection method. Did you mean 'tag'?");
  EXPECT_EQ(broken("[{name: a, definition: {method: tag}}]"), "the method 'tag' needs a 'value'");
  EXPECT_EQ(broken("[{name: a, definition: {method: selector, value: a}}]"), "selectors refer to each other in a cycle: a → a");
  EXPECT_EQ(broken("[{name: a, definition: {union: [], tag: b}}]"), "'union' stands with other keys: found union, tag");
}

// A test joins once all it reads is chosen, by whichever criteria.
TEST(Select, TestsOfSets) {
  const auto manifest = Shop();
  EXPECT_EQ(Selected(manifest, {.select = {"stg_a int_c"}, .indirect = IndirectSelection::kCautious}),
            "R int_c not_null_int_c stg_a");
  EXPECT_EQ(Selected(manifest, {.select = {"stg_a"}, .indirect = IndirectSelection::kCautious}), "stg_a");
  EXPECT_EQ(Selected(manifest, {.exclude = {"int_c"}, .indirect = IndirectSelection::kEmpty}),
            "R d e ex f not_null_int_c s0 stg_a stg_b tb");
}

TEST(Wildcard, Patterns) {
  for (const auto& [pattern, text, expected] : {std::tuple{"a*c", "abc", true},
                                                {"a*c", "ab", false},
                                                {"*", "", true},
                                                {"?", "ä", true},
                                                {"[a-c]x", "bx", true},
                                                {"[!a-c]x", "bx", false},
                                                {"[]]", "]", true},
                                                {"a[b", "a[b", true},
                                                {"**x*", "yxz", true},
                                                {"a?", "a", false}}) {
    EXPECT_EQ(MatchesWildcard(pattern, text), expected) << pattern << " " << text;
  }
}

TEST(Dag, NamesTheCycle) {
  auto manifest = Shop();
  manifest.nodes["model.qp.stg_a"].depends_on_nodes.push_back("model.qp.d");
  auto dag = Dag::Build(manifest);
  ASSERT_FALSE(dag.has_value());
  const std::string& message = dag.error().message();
  for (const char* part : {"stg_a (models/stg/stg_a.sql)", "int_c (models/int_c.sql)", "d (models/mart/d.sql)", "→"}) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }
}

TEST(ReadyQueue, OrdersSkipsAndEnds) {
  const auto manifest = Shop();
  auto dag = Dag::Build(manifest);
  std::vector<std::string> all;
  for (const auto& [id, node] : manifest.nodes) all.push_back(id);
  ReadyQueue queue(*dag, manifest, all, {.tests_block_children = true});
  EXPECT_EQ(queue.total(), 9);
  std::vector<std::string> done;
  std::vector<std::string> skipped;
  while (auto id = queue.TryNext()) {
    done.push_back(id->substr(id->rfind('.') + 1));
    for (const auto& skip :
         queue.Finish(*id, *id == "test.qp.R" ? ReadyQueue::Outcome::kFailed : ReadyQueue::Outcome::kSuccess)) {
      skipped.push_back(skip.id.substr(skip.id.rfind('.') + 1));
    }
  }
  EXPECT_EQ(queue.remaining(), 0);
  EXPECT_EQ(Join(skipped, " "), "d e");  // the failed test of int_c blocks what is below it; f does not depend on int_c
  auto at = [&](const std::string& name) { return std::find(done.begin(), done.end(), name) - done.begin(); };
  EXPECT_LT(at("s0"), at("stg_a"));
  EXPECT_LT(at("stg_a"), at("int_c"));
  EXPECT_EQ(done.size(), 7u);
}

// Two unit tests of int_c, one of d.
model::Manifest ShopWithUnitTests() {
  model::Manifest manifest = Shop();
  for (const auto& [model, name] : {std::pair{"int_c", "u1"}, std::pair{"int_c", "u2"}, std::pair{"d", "u3"}}) {
    model::Node n;
    n.type = model::ResourceType::kUnitTest;
    n.name = name;
    n.package = "qp";
    n.unique_id = std::string("unit_test.qp.") + model + "." + name;
    n.fqn = {"qp", model, name};
    n.tags = {"quick"};
    n.original_path = "models/properties.yml";
    n.depends_on_nodes = {std::string("model.qp.") + model};
    manifest.unit_tests[n.unique_id] = n;
  }
  return manifest;
}

// The order in which one worker runs everything; `failing` fails, what is skipped is in brackets.
std::string RunOrder(const model::Manifest& manifest, std::vector<std::string> ids, bool blocks, const std::string& failing) {
  auto dag = Dag::Build(manifest);
  ReadyQueue queue(*dag, manifest, ids, {.tests_block_children = blocks});
  std::string order;
  auto name = [](const std::string& id) { return id.substr(id.rfind('.') + 1) + " "; };
  while (auto id = queue.TryNext()) {
    order += name(*id);
    const auto outcome = name(*id) == failing + " " ? ReadyQueue::Outcome::kFailed : ReadyQueue::Outcome::kSuccess;
    for (const auto& skipped : queue.Finish(*id, outcome)) order += "[" + name(skipped.id) + "] ";
  }
  EXPECT_EQ(queue.remaining(), 0);
  return order;
}

TEST(ReadyQueue, UnitTestsRunBeforeTheirModel) {
  const auto manifest = ShopWithUnitTests();
  const std::vector<std::string> chosen{"model.qp.stg_a",        "model.qp.int_c",        "model.qp.d",
                                        "unit_test.qp.int_c.u1", "unit_test.qp.int_c.u2", "unit_test.qp.d.u3"};
  EXPECT_EQ(RunOrder(manifest, chosen, true, ""), "stg_a u1 u2 int_c u3 d ");
  EXPECT_EQ(RunOrder(manifest, chosen, true, "u1"), "stg_a u1 [int_c ] [d ] [u3 ] u2 ");
  EXPECT_EQ(RunOrder(manifest, chosen, true, "stg_a"), "stg_a [int_c ] [d ] [u3 ] [u1 ] [u2 ] ");
  EXPECT_EQ(RunOrder(manifest, {"unit_test.qp.int_c.u1", "test.qp.not_null_int_c"}, false, "u1"), "not_null_int_c u1 ");
  // A data test of a parent holds back the model and its unit tests.
  EXPECT_EQ(
      RunOrder(manifest, {"model.qp.int_c", "model.qp.d", "test.qp.not_null_int_c", "unit_test.qp.d.u3"}, true, "not_null_int_c"),
      "int_c not_null_int_c [d ] [u3 ] ");
}

TEST(Select, UnitTestsComeWithTheirModel) {
  const auto manifest = ShopWithUnitTests();
  EXPECT_EQ(Selected(manifest, {.select = {"int_c"}}), "R int_c not_null_int_c u1 u2");
  EXPECT_EQ(Selected(manifest, {.select = {"test_type:unit"}}), "u1 u2 u3");
  EXPECT_EQ(Selected(manifest, {.select = {"unit_test:u1 unit_test:qp.u3"}}), "u1 u3");
  EXPECT_EQ(Selected(manifest, {.select = {"tag:quick,d+"}}), "u3");
  EXPECT_EQ(Selected(manifest, {.select = {"d"}, .resource_types = {"unit_test"}}), "u3");
}

TEST(ReadyQueue, UnselectedNodesKeepTheOrder) {
  const auto manifest = Shop();
  auto dag = Dag::Build(manifest);
  ReadyQueue queue(*dag, manifest, {"seed.qp.s0", "model.qp.e"}, {});
  EXPECT_EQ(queue.TryNext(), "seed.qp.s0");
  EXPECT_EQ(queue.TryNext(), std::nullopt);
  EXPECT_TRUE(queue.Finish("seed.qp.s0", ReadyQueue::Outcome::kSuccess).empty());
  EXPECT_EQ(queue.Next({}), "model.qp.e");
  queue.Finish("model.qp.e", ReadyQueue::Outcome::kSuccess);
  EXPECT_EQ(queue.Next({}), std::nullopt);
}

}  // namespace
}  // namespace dvt::graph
