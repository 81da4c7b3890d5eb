// Walks the nodes of a template and writes its output. Loops and lookups are in files of their own.

internal import JSON
internal import Kernel

struct Renderer {
    /// What a loop's variable means, while the loop runs.
    struct Frame {
        var variable: String
        var value: Value = .undefined
        var isTable: Bool
        var name: String
        var index = 0
        var count: Int
        var columns = 1
    }

    /// How rendering goes on after a node.
    enum Course { case onward, leaveLoop, nextTurn }

    let template: LiquidTemplate
    let settings: LiquidSettings
    let data: JSONObject
    private let collects: Bool

    var locals: [String: Value] = [:]
    var counters: [String: Int] = [:]
    var frames: [Frame] = []
    /// Where loops of a name ended, for `offset: continue`.
    var offsets: [String: Int] = [:]
    private var cycles: [String: Int] = [:]

    private var output: [UInt8] = []
    private var isCapturing = false
    private var steps = 0
    private var undefined: [LiquidUndefined] = []
    private var errors: [LiquidError] = []

    /// Faults and missing variables that are told at most; the others are as likely repetitions.
    private static let mostKept = 100

    init(_ template: LiquidTemplate, _ data: JSONObject, _ settings: LiquidSettings, collects: Bool) {
        self.template = template
        self.data = data
        self.settings = settings
        self.collects = collects
    }

    var rendering: LiquidRendering {
        LiquidRendering(text: String(decoding: output, as: UTF8.self), undefined: undefined, errors: errors)
    }

    var bounds: LiquidBounds { template.bounds }

    // MARK: Bounds and faults

    /// Counts work; every loop and every value that is handled passes here.
    mutating func charge(_ count: Int = 1) throws(Fault) {
        let (sum, overflows) = steps.addingReportingOverflow(count)
        guard !overflows, sum <= bounds.steps else {
            throw Fault(.bound, "steps: one rendering takes at most \(bounds.steps) steps")
        }
        steps = sum
    }

    /// Counts the work of looking at a value, with all that is in it.
    mutating func charge(for value: Value) throws(Fault) {
        guard case .json(let json) = value else { return }
        var work = 0
        json.addWork(to: &work, limit: bounds.steps)
        try charge(work)
    }

    /// Checks a text that was made before it is kept.
    func checkLength(_ bytes: Int) throws(Fault) {
        guard bytes <= bounds.outputBytes else {
            throw Fault(.bound, "outputBytes: a text has at most \(bounds.outputBytes) bytes")
        }
    }

    mutating func keep(_ fault: Fault) {
        if errors.count < Self.mostKept { errors.append(LiquidError(fault, in: template.source)) }
    }

    mutating func missing(_ path: Path) {
        guard undefined.count < Self.mostKept else { return }
        let text = written(path)
        guard !undefined.contains(where: { $0.path == text }) else { return }
        let (line, column) = lineAndColumn(of: path.place, in: template.source)
        undefined.append(LiquidUndefined(path: text, line: line, column: column))
    }

    // MARK: Nodes

    /// Renders a whole template. A loop that is left outside of any ends it.
    mutating func renderAll(_ nodes: [Node]) throws(Fault) { _ = try render(nodes) }

    mutating func render(_ nodes: [Node]) throws(Fault) -> Course {
        for node in nodes {
            do throws(Fault) {
                try charge()
                let course = try render(node)
                if course != .onward { return course }
            } catch {
                let fault = error.placed(at: node.place)
                guard collects, fault.kind != .bound else { throw fault }
                keep(fault)
            }
        }
        return .onward
    }

    private mutating func render(_ node: Node) throws(Fault) -> Course {
        switch node.kind {
        case .text(let range): try write(template.source[range])
        case .output(let filtered):
            try write(evaluate(filtered), isFinal: filtered.filters.last?.filter.isFinal ?? false)
        case .assign(let name, let filtered): locals[name] = try evaluate(filtered)
        case .capture(let name, let nodes): return try capture(name, nodes)
        case .increment(let name):
            let value = counters[name, default: 0]
            counters[name] = value + 1
            try write(.integer(value))
        case .decrement(let name):
            let value = counters[name, default: 0] - 1
            counters[name] = value
            try write(.integer(value))
        case .branches(let branches): return try renderFirst(of: branches)
        case .selection(let subject, let choices): return try renderSelection(subject, choices)
        case .loop(let loop): return try renderLoop(loop)
        case .table(let loop): return try renderTable(loop)
        case .cycle(let cycle): try renderCycle(cycle)
        case .leaveLoop: return .leaveLoop
        case .nextTurn: return .nextTurn
        }
        return .onward
    }

    private mutating func capture(_ name: String, _ nodes: [Node]) throws(Fault) -> Course {
        var outer: [UInt8] = []
        swap(&outer, &output)
        let wasCapturing = isCapturing
        isCapturing = true
        defer {
            isCapturing = wasCapturing
            output = outer
        }
        let course = try render(nodes)
        try charge(output.count / JSONValue.bytesPerStep)
        locals[name] = .text(String(decoding: output, as: UTF8.self))
        return course
    }

    private mutating func renderFirst(of branches: [Branch]) throws(Fault) -> Course {
        for branch in branches {
            guard let condition = branch.condition else { return try render(branch.nodes) }
            if try holds(condition) != branch.isNegated { return try render(branch.nodes) }
        }
        return .onward
    }

    private mutating func renderSelection(_ subject: Operand, _ choices: [Choice]) throws(Fault) -> Course {
        let value = try evaluate(subject, reports: false)
        var isDone = false
        for choice in choices {
            guard let operands = choice.values else {
                if !isDone, case let course = try render(choice.nodes), course != .onward { return course }
                continue
            }
            for operand in operands {
                try charge(for: value)
                guard value.equals(try evaluate(operand, reports: false)) else { continue }
                isDone = true
                let course = try render(choice.nodes)
                if course != .onward { return course }
            }
        }
        return .onward
    }

    private mutating func renderCycle(_ cycle: Cycle) throws(Fault) {
        let key = try cycle.group.map { (group) throws(Fault) in "=" + (try evaluate(group).text) } ?? cycle.key
        let place = cycles[key, default: 0]
        if place < cycle.values.count { try write(evaluate(cycle.values[place])) }
        cycles[key] = place + 1 < cycle.values.count ? place + 1 : 0
    }

    // MARK: Output

    mutating func write(_ bytes: some Collection<UInt8>) throws(Fault) {
        try checkLength(output.count + bytes.count)
        output.append(contentsOf: bytes)
    }

    /// Writes what printing a value shows. Inside a capture nothing is escaped: what is captured is when it is printed.
    private mutating func write(_ value: Value, isFinal: Bool = false) throws(Fault) {
        let text: String
        if !settings.printsArraysAsJSON, case .json(let json) = value {
            text = json.printed
        } else {
            text = value.text
        }
        try charge(text.utf8.count / JSONValue.bytesPerStep)
        guard settings.escapesOutput, !isCapturing, !isFinal else { return try write(text.utf8) }
        appendEscaped(text, to: &output)
        try checkLength(output.count)
    }
}
