"""The import contract of the feature folders, for import-linter (see the contracts in setup.cfg)."""

from graphlib import CycleError, TopologicalSorter
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class FeatureContract(Contract):
    """Every package directly in `package`, apart from `core`, is a feature. Four rules hold:

    - `core` imports no feature;
    - a feature imports only the modules `open_to_others` of another feature;
    - imports between features form no cycle;
    - a module `rules` imports no package of `banned_from_rules`, not even through another module.
    """

    # import-linter puts the settings of setup.cfg in place of these
    package: Any = fields.StringField()
    core: Any = fields.StringField()
    open_to_others: Any = fields.SetField(subfield=fields.StringField())
    banned_from_rules: Any = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        features = self._features(graph)
        faults = self._faults_between_features(graph, features) + self._faults_in_rules(graph, features)
        return ContractCheck(kept=not faults, metadata={"faults": faults})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for fault in check.metadata["faults"]:
            output.print_error(fault)
        output.new_line()

    def _features(self, graph: ImportGraph) -> set[str]:
        """The full names of the features' packages."""
        inside = graph.find_children(self.package)
        return {name for name in inside if graph.find_children(name)} - {self._core()}

    def _core(self) -> str:
        return f"{self.package}.{self.core}"

    def _home(self, module: str, packages: set[str]) -> str | None:
        """The package among `packages` in which `module` lies."""
        name = ".".join(module.split(".")[:2])
        return name if name in packages else None

    def _faults_between_features(self, graph: ImportGraph, features: set[str]) -> list[str]:
        faults: list[str] = []
        needs: dict[str, set[str]] = {feature: set() for feature in features}
        for module in sorted(graph.modules):
            home = self._home(module, features | {self._core()})
            if home is None:
                continue
            for imported in sorted(graph.find_modules_directly_imported_by(module)):
                target = self._home(imported, features)
                if target is None or target == home:
                    continue
                if home == self._core():
                    faults.append(f"{module} imports {imported}: core knows no feature")
                    continue
                needs[home].add(target)
                part = imported.removeprefix(target).lstrip(".").split(".")[0]
                if part not in self.open_to_others:
                    allowed = " and ".join(sorted(self.open_to_others))
                    faults.append(f"{module} imports {imported}: of another feature only {allowed}")
        try:
            TopologicalSorter(needs).prepare()
        except CycleError as error:
            faults.append("features import each other in a circle: " + " <- ".join(error.args[1]))
        return faults

    def _faults_in_rules(self, graph: ImportGraph, features: set[str]) -> list[str]:
        faults = []
        for rules in sorted(f"{feature}.rules" for feature in features):
            if rules not in graph.modules:
                continue
            for banned in sorted(self.banned_from_rules & graph.modules):
                chain = graph.find_shortest_chain(rules, banned, as_packages=True)
                if chain:
                    faults.append(f"{' imports '.join(chain)}: rules are decisions on plain values")
        return faults
