// One setting with where it came from: a flag goes before the environment, the environment before the profile, the
// profile before the default. The start banner shows all of them.

/// Resolves settings and remembers their origins.
struct SettingResolver {
    enum Origin: String { case flag, environment, profile, standard = "default" }

    struct Entry {
        let name: String
        let value: String
        let origin: Origin
    }

    /// Why a setting cannot be used.
    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    let environment: [String: String]
    private(set) var entries: [Entry] = []

    init(environment: [String: String]) { self.environment = environment }

    /// `--data-dir` is `GROUNDWORK_DATA_DIR`.
    static func variable(_ flag: String) -> String {
        "GROUNDWORK_" + flag.uppercased().replacing("-", with: "_")
    }

    /// The value of a setting.
    /// - Parameter parse: nil where the text is not allowed; the rule says what is.
    mutating func resolve<Value>(
        _ flag: String, _ given: String?, profile: String? = nil, standard: String, rule: String,
        _ parse: (String) -> Value?
    ) throws -> Value {
        let variable = Self.variable(flag)
        let (text, origin): (String, Origin) =
            if let given {
                (given, .flag)
            } else if let set = environment[variable], !set.isEmpty {
                (set, .environment)
            } else if let profile {
                (profile, .profile)
            } else {
                (standard, .standard)
            }
        guard let value = parse(text) else {
            let source = origin == .environment ? variable : "--\(flag)"
            throw Refusal(description: "\(source) is '\(text)'; \(rule)")
        }
        entries.append(Entry(name: flag, value: text.isEmpty ? "-" : text, origin: origin))
        return value
    }

    /// A switch: the flag sets it, the environment with true or 1.
    mutating func resolve(_ flag: String, _ given: Bool) throws -> Bool {
        try resolve(flag, given ? "true" : nil, standard: "false", rule: "it must be true or false") { text in
            switch text.lowercased() {
            case "true", "1", "yes": true
            case "false", "0", "no": false
            default: nil
            }
        }
    }
}
