// `groundwork check`: what would fail, before anything starts. Files are looked at here, without a server; a job's
// request is looked at by the server that would run it.

import ArgumentParser
import Glibc
import JSON
import Kernel
import Labeling
import NIOHTTP1
import Services

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say everything that would fail, before a labeling job starts.",
        discussion: """
            Prints one problem a line, or JSON (--json). Ends with 0 where there is none, 1 where there are some, 2
            where it cannot tell.

            Examples:
              groundwork check manifest --task-type ImageMultiClass input.manifest
              groundwork check categories --task-type BoundingBox labels.json
              groundwork check template --task-type ImageMultiClass template.liquid
              groundwork check job job.json          as for aws sagemaker create-labeling-job --cli-input-json
            """,
        subcommands: [Manifest.self, Categories.self, Template.self, JobRequest.self])

    /// Ends the process with what scripts ask for: problems are no failure of the command.
    static func answer(_ documents: [JSONValue], asJSON: Bool) throws {
        for document in documents {
            if asJSON {
                print(document.compactText)
                continue
            }
            for problem in document["problems"]?.array ?? [] {
                let line = problem["line"]?.integer.map { ":\($0)" } ?? ""
                print("\(problem["where"]?.string ?? "")\(line): \(problem["message"]?.string ?? "")")
            }
            let listed = document["problems"]?.array?.count ?? 0, count = document["problemCount"]?.integer ?? 0
            if count > listed { print("and \(count - listed) problems more") }
        }
        if documents.contains(where: { $0["valid"]?.bool != true }) { throw ExitCode(1) }
    }

    struct Output: ParsableArguments {
        @Flag(help: "Print JSON.") var json = false
        @Argument(help: "The files.") var files: [String]

        /// Looks at each file.
        func check(_ look: (_ name: String, _ bytes: [UInt8], _ problems: inout InputProblems) throws -> JSONObject)
            throws
        {
            var documents: [JSONValue] = []
            for name in files {
                var problems = InputProblems()
                let checked = try look(name, try ProcessEnvironment.read(name), &problems)
                documents.append(problems.document(checked: checked))
            }
            try Check.answer(documents, asJSON: json)
        }
    }

    /// A kind of task by its name.
    static func taskType(_ name: String?) throws -> TaskType? {
        guard let name else { return nil }
        guard let type = TaskType(rawValue: name) else {
            let names = TaskType.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--task-type is '\(name)'; it must be one of \(names)")
        }
        return type
    }
}

extension Check {
    struct Manifest: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Check input manifests, line by line.")

        @Option(help: "What the job does, such as ImageMultiClass; without it what holds for all is checked.")
        var taskType: String?
        @Flag(help: "For a job with automated labeling, which needs 1,250 objects.") var automated = false
        @OptionGroup var output: Output

        func run() throws {
            let type = try Check.taskType(taskType), limits = Limits()
            var plan = LabelingJob.Plan()
            plan.isAutomated = automated
            plan.objectLimit = type?.objectsPerJob(limits) ?? limits.objectsPerJob
            plan.minimumObjects = limits.automatedLabelingMinimumObjects
            try output.check { name, bytes, problems in
                var check = ManifestCheck(name, for: type)
                bytes.withUnsafeBytes { check.take($0) }
                check.end(plan)
                problems.append(check.problems)
                return ["objects": .integer(check.objects)]
            }
        }
    }

    struct Categories: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Check label category files.")

        @Option(help: "What the job does, such as BoundingBox.") var taskType: String
        @Flag(help: "For a job with automated labeling.") var automated = false
        @OptionGroup var output: Output

        func run() throws {
            guard let type = try Check.taskType(taskType) else { return }
            try output.check { name, bytes, problems in
                for problem in LabelCategories.problems(in: bytes, for: type, isAutomated: automated) {
                    problems.add(name, problem.cause)
                }
                let categories = try? LabelCategories(parsing: bytes, for: type, isAutomated: automated)
                return ["labels": .integer(categories?.names.count ?? 0)]
            }
        }
    }

    struct Template: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check worker task templates, as RenderUiTemplate does.",
            discussion: "Variables are looked for only where the task is known: by its type, or from a file.")

        @Option(help: "What the job does; its own function decides what task.input holds.") var taskType: String?
        @Option(help: "File with an example of task.input, a JSON object.") var taskInput: String?
        @OptionGroup var output: Output

        func run() throws {
            let input = try input(), now = WallClock().now()
            try output.check { name, bytes, problems in
                let limit = Limits().templateBytes
                if bytes.count > limit {
                    problems.add(name, "it has \(bytes.count) bytes; at most \(limit) are allowed")
                }
                problems.add(WorkerPage.problems(in: bytes, input: input, now: now), of: name)
                return ["bytes": .integer(bytes.count)]
            }
        }

        private func input() throws -> JSONObject? {
            let type = try Check.taskType(taskType)
            guard let taskInput else {
                // What AWS's own functions give every task: an example of each.
                let isText = type?.showsTexts == true
                return type.flatMap { $0 == .custom || $0 == .passThrough ? nil : $0 }.map { _ in
                    ["taskObject": .string(isText ? "a text" : "s3://bucket/object"), "labels": ["one", "two"]]
                }
            }
            guard let value = try? JSONValue(parsing: try ProcessEnvironment.read(taskInput)), let object = value.object
            else { throw ControlClient.Failure(description: "\(taskInput) does not hold a JSON object") }
            return object
        }
    }

    struct JobRequest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "job", abstract: "Check CreateLabelingJob requests, and all they name, on a running server.",
            discussion: """
                The account and region are those of the options, else of AWS_ACCESS_KEY_ID where that is an account, and
                of AWS_REGION or AWS_DEFAULT_REGION; else the server's.
                """)

        @OptionGroup var output: Output
        @OptionGroup var options: ControlOptions

        func run() async throws {
            var options = options
            let environment = ProcessEnvironment.all
            options.account = options.account ?? environment["AWS_ACCESS_KEY_ID"].flatMap { AccountID($0)?.description }
            options.region = options.region ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"]
            let client = try options.client
            var documents: [JSONValue] = []
            for name in output.files {
                let answer = try await client.json(
                    .POST, "check" + options.query(), body: try ProcessEnvironment.read(name))
                documents.append(Self.named(answer, name))
            }
            try Check.answer(documents, asJSON: output.json)
        }

        /// The server knows the request only; here it is a file.
        private static func named(_ answer: JSONValue, _ name: String) -> JSONValue {
            guard var object = answer.object else { return answer }
            object["problems"] = .array(
                (answer["problems"]?.array ?? []).map { problem in
                    guard problem["where"]?.string == "request", var fields = problem.object else { return problem }
                    fields["where"] = .string(name)
                    return .object(fields)
                })
            return .object(object)
        }
    }
}
