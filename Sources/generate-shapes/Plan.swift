// The second stage's result: what will be rendered, with every decision taken.

/// One service, translated.
struct ServicePlan {
    let key: String
    /// Name of the Swift namespace, such as `SageMaker`.
    let namespace: String
    /// Name of the case of `Service`.
    let serviceCase: String
    let wireProtocol: String
    let apiVersion: String
    let signingName: String
    let targetPrefix: String?
    let xmlNamespace: String?
    let groups: [GroupPlan]
    /// Structures that more than one group uses.
    let sharedStructures: [StructurePlan]
    let enumerations: [EnumerationPlan]
    let rules: [RulePlan]
    let unserved: [UnservedPlan]
}

struct GroupPlan {
    let name: String
    let operations: [OperationPlan]
    let structures: [StructurePlan]
}

struct OperationPlan {
    let name: String
    let route: RoutePlan
    let status: Int
    let input: String
    let output: String
    let streamsInput: Bool
    let streamsOutput: Bool
    let resultElement: String?
    let unwrapsResult: Bool
    /// Paths of members by standing, for the coverage listing.
    let inert: [String]
    let unserved: [String]
}

struct RoutePlan {
    let method: String
    let path: String
    let query: [(name: String, value: String?)]
    let headers: [String]
}

struct UnservedPlan {
    let name: String
    let route: RoutePlan?
}

struct EnumerationPlan {
    let name: String
    let cases: [(name: String, value: String)]
}

/// Constraints of one shape.
struct RulePlan {
    let name: String
    let minimum: Double?
    let maximum: Double?
    let pattern: String?
    let ignoresCase: Bool
    let unservedValues: [String]
    let isSensitive: Bool
}

struct StructurePlan {
    let name: String
    let isReadable: Bool
    let isWritable: Bool
    let members: [MemberPlan]
}

struct MemberPlan {
    /// Nil where the member is in the schema only, because the program refuses it.
    let property: String?
    let type: TypePlan
    let schema: MemberSchemaPlan
    let isRequired: Bool
}

indirect enum TypePlan {
    case string, boolean, integer, long, double, timestamp, blob, document
    case enumeration(String)
    case structure(String)
    case list(TypePlan)
    case map(TypePlan)
}

/// The arguments of one MemberSchema.
struct MemberSchemaPlan {
    let name: String
    let wireName: String
    var location: String
    var isRequired: Bool
    var standing: StandingPlan
    let rule: String?
    let timestampFormat: String?
    let refusal: Overrides.Refusal?
    let element: Indirect<MemberSchemaPlan>?
    let key: Indirect<MemberSchemaPlan>?
    let isFlattened: Bool
}

enum StandingPlan {
    case served
    case inert
    case unserved(accepts: [String])
}

/// A box, so that a schema can hold its element's schema.
final class Indirect<Value> {
    let value: Value

    init(_ value: Value) { self.value = value }
}
