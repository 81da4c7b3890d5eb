// What work teams, workforces and worker pages have in common: a name, two dates and a document with their members.

internal import JSON
internal import Kernel
internal import Shapes
internal import Store

extension SageMakerService {
    /// A resource of a name, without regard to case; `missing` says how its absence is told.
    func stored(
        _ kind: ResourceName.Kind, _ name: String, _ context: RequestContext, missing: () -> ServiceError
    ) async throws(ServiceError) -> (resource: Resource, document: JSONObject) {
        let name = ResourceName(kind, account: context.account, region: context.region, name: name)
        guard let resource = try await internally(context, logger, { try await control.resource(name) }) else {
            throw missing()
        }
        return (resource, resource.members)
    }

    /// Keeps a new resource with its tags; the two messages tell why it cannot be.
    func create(
        _ kind: ResourceName.Kind, _ name: String, _ document: JSONObject, tags: [SageMaker.Tag]?, of arn: String,
        limit: Int, _ context: RequestContext, nameTaken: @autoclosure () -> String,
        limitReached: @autoclosure () -> String
    ) async throws(ServiceError) {
        let resource = Resource(
            name: ResourceName(kind, account: context.account, region: context.region, name: name),
            created: context.now, updated: context.now, document: JSONValue.object(document).compactBytes)
        switch try await internally(context, logger, { try await control.create(resource, limit: limit) }) {
        case .created: break
        case .nameTaken: throw .resourceInUse(nameTaken())
        case .limitReached: throw .resourceLimitExceeded(limitReached())
        }
        try await tagNew(tags, of: arn, context)
    }

    /// Stores a changed document.
    func put(
        _ document: JSONObject, as resource: inout Resource, _ context: RequestContext
    ) async throws(ServiceError) {
        resource.document = JSONValue.object(document).compactBytes
        resource.updated = context.now
        let changed = resource
        try await internally(context, logger) { try await control.put(changed) }
    }

    /// Resources of a kind, by name or by the date of their creation.
    func listed(
        _ kind: ResourceName.Kind, nameContains part: String?, byDate: Bool, _ order: SageMaker.SortOrder?,
        _ context: RequestContext
    ) async throws(ServiceError) -> [Resource] {
        var resources = try await internally(context, logger) {
            try await control.resources(kind, account: context.account, region: context.region)
        }
        if let part = part?.lowercased() {
            resources = resources.filter { $0.name.name.lowercased().contains(part) }
        }
        if byDate { resources.sort { ($0.created, $0.name.name) < ($1.created, $1.name.name) } }
        if order == .descending { resources.reverse() }
        return resources
    }
}

extension Resource {
    /// The members of its document.
    var members: JSONObject { (try? JSONValue(parsing: document))?.object ?? [:] }
}
