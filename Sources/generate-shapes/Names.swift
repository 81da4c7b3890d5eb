// Swift names for the model's names.

enum Names {
    /// A type inside the service's namespace; Swift keeps two names for itself.
    static func type(_ name: String) -> String { name == "Type" || name == "Protocol" ? name + "Value" : name }

    private static let keywords: Set<String> = [
        "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "do", "else", "enum",
        "extension", "fallthrough", "false", "for", "func", "guard", "if", "import", "in", "init", "internal", "is",
        "let", "nil", "operator", "private", "protocol", "public", "repeat", "return", "self", "static", "struct",
        "switch", "throw", "throws", "true", "try", "var", "where", "while",
    ]

    /// `ETag` → `eTag`, `ACL` → `acl`, `S3OutputPath` → `s3OutputPath`, `CORSRules` → `corsRules`.
    static func lowerCamel(_ name: String) -> String {
        let letters = Array(name)
        var run = 0
        while run < letters.count, letters[run].isUppercase { run += 1 }
        // The last capital of a run belongs to the word that follows, unless nothing or a digit does.
        let lowered = run > 1 && run < letters.count && letters[run].isLowercase ? run - 1 : run
        return String(letters[..<lowered]).lowercased() + String(letters[lowered...])
    }

    /// A property or parameter; keywords are quoted.
    static func quoted(_ name: String) -> String { keywords.contains(name) ? "`\(name)`" : name }

    /// `STANDARD_IA` → `standardIA`, `public-read` → `publicRead`, `InProgress` → `inProgress`, `aws:kms` → `awsKms`.
    static func enumerationCase(_ value: String) -> String {
        let words = value.split { !$0.isLetter && !$0.isNumber }.map(String.init)
        let parts = words.enumerated().map { index, word -> String in
            let isCapitals = !word.contains(where: \.isLowercase)
            if index == 0 { return isCapitals ? word.lowercased() : lowerCamel(word) }
            if isCapitals, word.count > 2 { return word.prefix(1) + word.dropFirst().lowercased() }
            return word.prefix(1).uppercased() + word.dropFirst()
        }
        let name = parts.joined()
        return name.first?.isNumber == true ? "_" + name : name
    }

    /// A Swift string literal.
    static func literal(_ text: String) -> String {
        let isRaw = text.contains("\\") || text.contains("\"")
        return isRaw ? "#\"\(text)\"#" : "\"\(text)\""
    }
}
