// Turns api-specs/ into Sources/Shapes/Generated/ and the coverage table of README.md. Called by scripts/generate, from
// the repository's root. Three stages with values between them: parse (ServiceModel), translate (ServicePlan), render.
// With --check nothing is written; files that would change are named and the exit code is 1.

import FoundationEssentials
import Glibc
import JSON

struct SpecFile {
    let key: String
    let namespace: String
    let serviceCase: String
}

/// The services, in the order of the catalog. A new service is one line here.
let specFiles = [
    SpecFile(key: "s3", namespace: "S3", serviceCase: "s3"),
    SpecFile(key: "sagemaker", namespace: "SageMaker", serviceCase: "sageMaker"),
    SpecFile(key: "sts", namespace: "STS", serviceCase: "sts"),
    SpecFile(key: "iam", namespace: "IAM", serviceCase: "iam"),
    SpecFile(key: "logs", namespace: "Logs", serviceCase: "logs"),
    SpecFile(key: "groundwork", namespace: "Control", serviceCase: "control"),
]

func read(_ path: String) throws -> [UInt8] {
    guard let contents = FileManager.default.contents(atPath: path) else {
        throw GenerationError("Cannot read \(path)")
    }
    return Array(contents)
}

func plans() throws -> [ServicePlan] {
    let overrides = try JSONValue(parsing: read("api-specs/overrides.json"))
    return try specFiles.map { file in
        let model = try ServiceModel(key: file.key, parsing: read("api-specs/\(file.key).json"))
        return try Translator(
            model, Overrides(overrides.member(file.key)), namespace: file.namespace, serviceCase: file.serviceCase
        ).translate()
    }
}

/// All generated files by path.
func rendered(_ services: [ServicePlan]) throws -> [String: String] {
    var files = ["OperationCatalog.swift": SourceText.catalog(services)]
    files["ServiceError+Factories.swift"] = try SourceText.errors(JSONValue(parsing: read("api-specs/errors.json")))
    var index = 0
    for service in services {
        for group in service.groups {
            var source = SourceText()
            for operation in group.operations {
                source.render(operation, index: index, in: service)
                source.line()
                index += 1
            }
            for structure in group.structures {
                source.render(structure, in: service.namespace)
                source.line()
            }
            files["\(service.namespace)+\(group.name).swift"] = source.file("\(service.namespace): \(group.name).")
        }
        try renderShared(service, into: &files)
    }
    return Dictionary(uniqueKeysWithValues: files.map { ("Sources/Shapes/Generated/" + $0.key, $0.value) })
}

func renderShared(_ service: ServicePlan, into files: inout [String: String]) throws {
    if !service.sharedStructures.isEmpty || !service.enumerations.isEmpty {
        var source = SourceText()
        for structure in service.sharedStructures {
            source.render(structure, in: service.namespace)
            source.line()
        }
        for enumeration in service.enumerations {
            source.render(enumeration, in: service.namespace)
            source.line()
        }
        files["\(service.namespace)+Shapes.swift"] = source.file("\(service.namespace): what several groups use.")
    }
    if !service.rules.isEmpty {
        var source = SourceText()
        try source.render(service.rules, in: service.namespace)
        files["\(service.namespace)+Rules.swift"] = source.file("\(service.namespace): constraints of requests.")
    }
}

/// Brings the folder to the wanted state, or says what is not in it.
func settle(_ wanted: [String: String], isCheck: Bool) throws -> [String] {
    let folder = "Sources/Shapes/Generated"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let present = try FileManager.default.contentsOfDirectory(atPath: folder).map { folder + "/" + $0 }
    var changed: [String] = []
    for path in Set(present).subtracting(wanted.keys) {
        changed.append(path)
        if !isCheck { try FileManager.default.removeItem(atPath: path) }
    }
    for (path, text) in wanted where FileManager.default.contents(atPath: path) != Data(text.utf8) {
        changed.append(path)
        if !isCheck { try Data(text.utf8).write(to: URL(filePath: path)) }
    }
    return changed.sorted()
}

let isCheck = CommandLine.arguments.dropFirst().contains("--check")
do {
    let services = try plans()
    var wanted = try rendered(services)
    if let readme = FileManager.default.contents(atPath: "README.md") {
        wanted["README.md"] = CoverageTable.inserted(into: String(decoding: readme, as: UTF8.self), services)
    }
    let changed = try settle(wanted, isCheck: isCheck)
    for path in changed {
        print(isCheck ? "\(path) is not what api-specs/ says; run scripts/generate" : "wrote \(path)")
    }
    if isCheck, !changed.isEmpty { exit(1) }
} catch {
    print("generate-shapes: \(error)")
    exit(1)
}
