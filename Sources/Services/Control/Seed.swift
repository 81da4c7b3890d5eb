// Seed documents, version 1 (api-specs/seed.schema.json): buckets, objects, work teams, vendors, rules, truth and
// functions, made where they are missing. Loading a document twice changes nothing. File-system paths and commands are
// taken from the start-up seed file and the command line only: over HTTP an object's content stands in the document.

internal import Digests
package import JSON
package import Kernel
internal import Labeling
internal import Objects
package import Shapes
internal import Store

extension ControlService {
    /// Reads a file that a seed document names; nil over HTTP.
    package typealias FileReader = @Sendable (_ path: String) throws -> [(key: String, bytes: [UInt8])]

    /// Loads a seed document.
    package func putSeed(
        _ input: Control.DocumentRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        answer(try await seed(try document(input.document), files: nil, context))
    }

    /// Loads a seed document; says what was made.
    package func seed(
        _ document: JSONValue, files: FileReader?, _ context: RequestContext
    ) async throws(ServiceError) -> JSONValue {
        guard document["version"]?.integer == 1 else {
            throw .validation(
                "A seed document has \"version\": 1; this one has \(document["version"]?.compactText ?? "none").")
        }
        let known = ["version", "buckets", "workteams", "vendors", "rules", "truth", "functions"]
        if let unknown = document.object?.names.first(where: { !known.contains($0) }) {
            throw .validation("A seed document has no member '\(unknown)'; it has \(known.joined(separator: ", ")).")
        }
        var made: JSONObject = ["buckets": 0, "objects": 0, "workteams": 0, "workers": 0, "vendors": 0]
        for (place, bucket) in (document["buckets"]?.array ?? []).enumerated() {
            try await seedBucket(bucket, at: "buckets.\(place)", files, context, &made)
        }
        for (place, team) in (document["workteams"]?.array ?? []).enumerated() {
            try await seedWorkteam(team, at: "workteams.\(place)", context, &made)
        }
        for (place, vendor) in (document["vendors"]?.array ?? []).enumerated() {
            try await seedVendor(vendor, at: "vendors.\(place)", context, &made)
        }
        if let rules = document["rules"] { try await putRules(rules, context) }
        if let functions = document["functions"] {
            try await putFunctions(functions, allowsCommands: files != nil, context)
        }
        if let truth = document["truth"] {
            let request = Control.DocumentRequest(document: JSONDocument(bytes: truth.compactBytes))
            _ = try await putTruth(request, context)
        }
        return .object(made)
    }

    private func seedBucket(
        _ bucket: JSONValue, at path: String, _ files: FileReader?, _ context: RequestContext,
        _ made: inout JSONObject
    ) async throws(ServiceError) {
        guard let name = bucket["name"]?.string else { throw .validation("'\(path).name' must be a bucket name.") }
        let owner = try account(bucket["account"]?.string, context)
        let caller = Caller(Principal(account: owner), now: context.now)
        do throws(ServiceError) {
            _ = try await objects.headBucket(name, caller)
        } catch {
            guard error.status == 404 else { throw error }
            _ = try await objects.createBucket(CreateBucketRequest(name, region: context.region, caller))
            count("buckets", &made)
        }
        for (place, object) in (bucket["objects"]?.array ?? []).enumerated() {
            try await seedObjects(object, at: "\(path).objects.\(place)", in: name, files, caller, &made)
        }
    }

    private func seedObjects(
        _ object: JSONValue, at path: String, in bucket: String, _ files: FileReader?, _ caller: Caller,
        _ made: inout JSONObject
    ) async throws(ServiceError) {
        let key = object["key"]?.string ?? ""
        let contents: [(key: String, bytes: [UInt8])]
        if let text = object["text"]?.string {
            guard !key.isEmpty else { throw .validation("'\(path).key' must name the object.") }
            contents = [(key, Array(text.utf8))]
        } else if let text = object["base64"]?.string {
            guard !key.isEmpty, let bytes = Base64.bytes(text) else {
                throw .validation("'\(path)' must name the object's key and hold base64.")
            }
            contents = [(key, bytes)]
        } else if let folder = object["path"]?.string {
            guard let files else {
                throw .validation(
                    "'\(path).path' is a file-system path: those are taken from the start-up seed file only.")
            }
            do { contents = try files(folder).map { (key + $0.key, $0.bytes) } } catch {
                throw .validation("'\(path).path' cannot be read: \(error).")
            }
        } else {
            throw .validation("'\(path)' needs 'text', 'base64' or 'path'.")
        }
        for start in stride(from: 0, to: contents.count, by: limits.engineSliceRows) {
            let slice = contents[start..<min(start + limits.engineSliceRows, contents.count)].map { content in
                SmallObject(content.key, content.bytes, contentType: Self.contentType(of: content.key))
            }
            try await objects.putMany(slice, in: bucket, caller)
        }
        made["objects"] = .integer((made["objects"]?.integer ?? 0) + contents.count)
    }

    private static func contentType(of key: String) -> String {
        switch key.split(separator: ".").last?.lowercased() {
        case "jpg", "jpeg": "image/jpeg"
        case "png": "image/png"
        case "json": "application/json"
        case "html", "liquid": "text/html"
        case "txt", "csv": "text/plain"
        default: "binary/octet-stream"
        }
    }

    private func seedWorkteam(
        _ team: JSONValue, at path: String, _ context: RequestContext, _ made: inout JSONObject
    ) async throws(ServiceError) {
        guard let name = team["name"]?.string else { throw .validation("'\(path).name' must be a work team's name.") }
        let owner = try account(team["account"]?.string, context)
        let region = try region(team["region"]?.string, context)
        let document: JSONValue = [
            "memberDefinitions": [["OidcMemberDefinition": ["Groups": [.string(name)]]]],
            "workforceArn": .string(
                ARN(service: "sagemaker", region: region, account: owner, resource: "workforce/default").description),
            "description": .string(team["description"]?.string ?? name),
        ]
        let resource = Resource(
            name: ResourceName(.workteam, account: owner, region: region, name: name), created: context.now,
            updated: context.now, document: document.compactBytes)
        let outcome = try await internally(context, logger) {
            try await control.create(resource, limit: limits.workteams)
        }
        if outcome == .limitReached {
            throw .resourceLimitExceeded("An account has at most \(limits.workteams) work teams in a region.")
        }
        if outcome == .created { count("workteams", &made) }
        for (place, member) in (team["members"]?.array ?? []).enumerated() {
            guard let person = member["name"]?.string else {
                throw .validation("'\(path).members.\(place).name' must be a person's name.")
            }
            if try await addMember(person, to: resource.name, context).isNew { count("workers", &made) }
        }
    }

    /// A vendor's work team that an account has subscribed to.
    private func seedVendor(
        _ vendor: JSONValue, at path: String, _ context: RequestContext, _ made: inout JSONObject
    ) async throws(ServiceError) {
        guard let name = vendor["name"]?.string, !name.isEmpty else {
            throw .validation("'\(path).name' must be a work team's name.")
        }
        let subscriber = try account(vendor["account"]?.string, context)
        let region = try region(vendor["region"]?.string, context)
        let seller = try account(vendor["vendorAccount"]?.string ?? subscriber.description, context)
        let arn = ARN(
            service: "sagemaker", region: region, account: seller, resource: "workteam/vendor-crowd/" + name)
        var document: JSONObject = ["arn": .string(arn.description)]
        for member in ["title", "seller", "description", "listingId"] { document[member] = vendor[member] }
        let resource = Resource(
            name: ResourceName(.vendor, account: subscriber, region: region, name: name), created: context.now,
            updated: context.now, document: JSONValue.object(document).compactBytes)
        let outcome = try await internally(context, logger) {
            try await control.create(resource, limit: limits.vendors)
        }
        if outcome == .limitReached {
            throw .resourceLimitExceeded("An account has at most \(limits.vendors) vendors in a region.")
        }
        if outcome == .created { count("vendors", &made) }
    }

    private func count(_ name: String, _ made: inout JSONObject) {
        made[name] = .integer((made[name]?.integer ?? 0) + 1)
    }
}
