// `groundwork coverage`: what of each service is served.

import ArgumentParser
import Shapes

struct CoverageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage", abstract: "List the operations that are served, and those that answer 501.",
        discussion: """
            Inert members are stored and echoed without effect; refused members answer 501.

            Example: groundwork coverage --all
            """)

    @Flag(help: "List the operations that are not served, too.") var all = false

    func run() {
        for service in OperationCatalog.services {
            print("\(service.service)")
            for coverage in OperationCatalog.coverage where coverage.service == service.service {
                print(
                    "  \(coverage.operation)" + members("inert", coverage.inert) + members("refused", coverage.unserved)
                )
            }
            let unserved = OperationCatalog.unserved(service.service).map(\.name).sorted()
            if all {
                for name in unserved { print("  \(name)  (501)") }
            } else if !unserved.isEmpty {
                print("  and \(unserved.count) operations that answer 501")
            }
        }
    }

    private func members(_ word: String, _ paths: [String]) -> String {
        paths.isEmpty ? "" : "  \(word): " + paths.joined(separator: ", ")
    }
}
