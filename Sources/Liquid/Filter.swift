// The table of filters. What each does is in the Filters+ files, sorted by what they work on.

internal import JSON

/// A filter: how it is called, and what it does.
struct Filter: Sendable {
    typealias Function = @Sendable (Value, FilterArguments, inout Renderer) throws(Fault) -> Value

    var name: String
    /// How many arguments without a name it takes.
    var arguments: ClosedRange<Int>
    /// The arguments with a name.
    var keywords: [String] = []
    /// Whether what it gives is fit for a page as it is.
    var isFinal = false
    /// Whether it is there for variables that are not.
    var acceptsMissing = false
    /// Whether it takes the same time whatever the size of the value.
    var isCheap = false
    var apply: Function

    init(
        _ name: String, _ arguments: ClosedRange<Int> = 0...0, keywords: [String] = [], isFinal: Bool = false,
        acceptsMissing: Bool = false, isCheap: Bool = false, _ apply: @escaping Function
    ) {
        self.name = name
        self.arguments = arguments
        self.keywords = keywords
        self.isFinal = isFinal
        self.acceptsMissing = acceptsMissing
        self.isCheap = isCheap
        self.apply = apply
    }

    /// What it expects, for messages.
    var expectation: String {
        let (least, most) = (arguments.lowerBound, arguments.upperBound)
        return least == most ? "\(least) argument\(least == 1 ? "" : "s")" : "\(least) to \(most) arguments"
    }

    static let named: [String: Filter] = {
        let all = numbers + texts + markup + arrays + selections + others
        return Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
    }()

    /// A filter of a text and no arguments.
    static func text(_ name: String, _ change: @escaping @Sendable (String) throws(Fault) -> String) -> Filter {
        Filter(name) { (value, _, _) throws(Fault) in .text(try change(value.text)) }
    }

    /// A filter of two numbers.
    static func calculation(
        _ name: String, _ calculate: @escaping @Sendable (Number, Number) throws(Fault) -> Number
    ) -> Filter {
        Filter(name, 1...1) { (value, arguments, _) throws(Fault) in
            try calculate(value.number, arguments[0].number).value()
        }
    }
}

/// What a filter is called with.
struct FilterArguments {
    var positional: [Value] = []
    var keywords: [String: Value] = [:]

    /// An argument; nil where it is left out.
    subscript(index: Int) -> Value { index < positional.count ? positional[index] : .undefined }

    func has(_ index: Int) -> Bool { index < positional.count }

    /// The whole number that an argument must be; `missing` where it is left out.
    func wholeNumber(_ index: Int, missing: Int) throws(Fault) -> Int {
        guard has(index) else { return missing }
        guard let number = self[index].wholeNumber else {
            throw .value("expected a whole number, found \(self[index].kind)")
        }
        return number
    }
}

extension Filter {
    static let numbers = [
        Filter("abs") { (value, _, _) throws(Fault) in try value.number.magnitude.value() },
        Filter("ceil") { (value, _, _) throws(Fault) in try value.number.rounded(.up).value() },
        Filter("floor") { (value, _, _) throws(Fault) in try value.number.rounded(.down).value() },
        Filter("round", 0...1) { (value, arguments, _) throws(Fault) in
            let digits = arguments[0].number.rounded(.towardZero)
            guard case .integer(let digits) = digits else { throw .value("expected fewer digits") }
            return try value.number.rounded(.toNearestOrAwayFromZero, digits: min(max(digits, -400), 400)).value()
        },
        Filter("at_least", 1...1) { (value, arguments, _) throws(Fault) in
            let (number, least) = (value.number, arguments[0].number)
            return try (number.isLess(least) ? least : number).value()
        },
        Filter("at_most", 1...1) { (value, arguments, _) throws(Fault) in
            let (number, most) = (value.number, arguments[0].number)
            return try (most.isLess(number) ? most : number).value()
        },
        calculation("plus") { (left, right) throws(Fault) in left + right },
        calculation("minus") { (left, right) throws(Fault) in left - right },
        calculation("times") { (left, right) throws(Fault) in left * right },
        calculation("divided_by") { (left, right) throws(Fault) in try left.divided(by: right) },
        calculation("modulo") { (left, right) throws(Fault) in try left.modulo(right) },
    ]

    static let others = [
        Filter("default", 0...1, keywords: ["allow_false"], acceptsMissing: true, isCheap: true) {
            (value, arguments, _) throws(Fault) in
            if case .json(.bool(false)) = value, arguments.keywords["allow_false"]?.isTrue == true { return value }
            return !value.isTrue || value.isEmpty ? arguments[0] : value
        },
        Filter("date", 0...1) { (value, arguments, renderer) throws(Fault) in
            let format = arguments[0].text
            guard !format.isEmpty, let date = LocalTime(value, now: renderer.settings.now) else { return value }
            return .text(try date.formatted(format, limit: renderer.bounds.outputBytes))
        },
        Filter("size", isCheap: true) { (value, _, _) throws(Fault) in
            switch value {
            case .json(.string(let text)): .integer(text.unicodeScalars.count)
            case .json(.array(let elements)): .integer(elements.count)
            case .json(.object(let object)): .integer(object.count)
            case .range: .integer(value.rangeCount)
            default: .integer(0)
            }
        },
        Filter("to_json") { (value, _, renderer) throws(Fault) in
            .text(try value.json(limit: renderer.bounds.steps).spacedText)
        },
        Filter("skip_autoescape", isFinal: true, isCheap: true) { (value, _, _) throws(Fault) in value },
        Filter("grant_read_access") { (value, _, renderer) throws(Fault) in
            guard let grantReadAccess = renderer.settings.grantReadAccess else {
                throw Fault(.access, "access to objects is not to be had here")
            }
            do throws(LiquidRefusal) {
                return .text(try grantReadAccess(value.text))
            } catch {
                throw Fault(.access, error.message)
            }
        },
    ]
}
