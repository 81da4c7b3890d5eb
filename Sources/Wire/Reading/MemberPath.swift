// Where a reader stands in a request, for messages: `humanTaskConfig.taskKeywords`, `tags.1.member.key`.

internal import Shapes

/// The way from the request down to a member. Its text is made only when something is wrong.
struct MemberPath {
    private enum Step {
        case member(MemberSchema)
        case index(Int)
        case key(String)
    }

    private var steps: [Step] = []

    mutating func enter(_ member: MemberSchema) { steps.append(.member(member)) }
    mutating func enter(index: Int) { steps.append(.index(index)) }
    mutating func enter(key: String) { steps.append(.key(key)) }
    mutating func leave() { steps.removeLast() }

    func text(_ member: MemberSchema) -> String { text(member.pathName) }

    func text(_ last: String) -> String {
        let names = steps.map { step in
            switch step {
            case .member(let member): member.pathName
            case .index(let index): String(index + 1)
            case .key(let key): key
            }
        }
        return (names + [last]).joined(separator: ".")
    }
}
