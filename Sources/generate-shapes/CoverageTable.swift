// The coverage table of README.md, between its two markers.

enum CoverageTable {
    static let begin = "<!-- coverage: written by scripts/generate -->"
    static let end = "<!-- coverage: end -->"

    /// The text with the table replaced; the same text where it has no markers.
    static func inserted(into text: String, _ services: [ServicePlan]) -> String {
        guard let before = text.firstRange(of: begin), let after = text.firstRange(of: end),
            before.upperBound <= after.lowerBound
        else { return text }
        return String(text[..<before.upperBound]) + "\n" + table(services) + String(text[after.lowerBound...])
    }

    private static func table(_ services: [ServicePlan]) -> String {
        var lines = [
            "| service | operation | stored and echoed without effect | refused with 501 |", "|---|---|---|---|",
        ]
        for service in services {
            for operation in service.groups.flatMap(\.operations) {
                lines.append(
                    "| \(service.namespace) | \(operation.name) | \(cell(operation.inert)) "
                        + "| \(cell(operation.unserved)) |"
                )
            }
        }
        let counts = services.filter { !$0.unserved.isEmpty }.map { "\($0.unserved.count) of \($0.namespace)" }
        lines.append("")
        lines.append(
            "Modelled but not served, answered 501 by name: \(counts.joined(separator: ", "))"
                + " (`groundwork coverage` lists them).")
        return lines.joined(separator: "\n") + "\n"
    }

    /// The members' own names; one that stands in several structures is named once.
    private static func cell(_ paths: [String]) -> String {
        var names: [String] = []
        for path in paths {
            let name = path.split(separator: ".").last.map(String.init) ?? path
            if !names.contains(name) { names.append(name) }
        }
        return names.joined(separator: ", ")
    }
}

extension String {
    fileprivate func firstRange(of part: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
            start = index(after: start)
        }
        return nil
    }
}
