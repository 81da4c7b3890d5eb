// `groundwork demo`: a first completed labeling job within seconds, with nothing but this program. It serves on a free
// port, seeds a bucket and a team, creates a job over the wire as any tool would, and shows what became of it.
// The long demonstration with real pictures, aws-cli and automated labeling is scripts/demo.

import ArgumentParser
import Digests
import JSON
import Kernel
import NIOHTTP1
import Signing

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a first labeling job from start to end on a server of its own.",
        discussion: """
            Nothing is kept: data lies in a temporary folder. The server goes on until Ctrl-C unless --once is given.

            Example: groundwork demo --once
            """)

    @Option(help: "Objects to label, 1 to 1000.") var objects = 100
    @Option(help: "Workers per object, 1 to 9.") var workers = 3
    @Flag(help: "End the server afterwards.") var once = false

    func validate() throws {
        guard (1...1000).contains(objects) else { throw ValidationError("--objects must be 1 to 1000.") }
        guard (1...9).contains(workers) else { throw ValidationError("--workers must be 1 to 9.") }
    }

    func run() async throws {
        var options = try ServeOptions.parse(["--ephemeral", "--port", "0", "--log-level", "error"])
        options.host = nil
        let program = try await Program(try ServeSettings(options, environment: [:]))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await program.run() }
            try await DemoJob(program.endpoint, objects: objects, workers: workers).run()
            if once { group.cancelAll() }
            do { try await group.waitForAll() } catch is CancellationError {}
        }
    }
}

/// The job of the demonstration.
private struct DemoJob {
    let endpoint: String
    let objects: Int
    let workers: Int
    private let client: ControlClient
    private let clock = WallClock()
    private let signer: RequestSigner

    init(_ endpoint: String, objects: Int, workers: Int) throws {
        self.endpoint = endpoint
        self.objects = objects
        self.workers = workers
        client = try ControlClient(endpoint, token: nil)
        signer = RequestSigner(
            Credentials.wellKnown(account: .standard), region: .standard, service: "sagemaker")
    }

    func run() async throws {
        print("Seeding the bucket demo with \(objects) objects and the work team demo")
        _ = try await client.json(.POST, "seed", body: seed.compactBytes)
        print("CreateLabelingJob demo-job")
        _ = try await call("CreateLabelingJob", request)
        _ = try await client.json(.GET, "jobs/demo-job/wait?status=Completed&timeout=60")
        let job = try await call("DescribeLabelingJob", ["LabelingJobName": "demo-job"])
        print(
            "Status: \(job["LabelingJobStatus"]?.string ?? "?")  Counters: \(job["LabelCounters"]?.compactText ?? "?")")
        print("Output: \(job["LabelingJobOutput"]?["OutputDatasetS3Uri"]?.string ?? "?")")
        print("Look around: aws --endpoint-url \(endpoint) s3 ls --recursive s3://demo/output/")
    }

    /// A picture of one pixel; what it shows is told by its folder.
    private static let pixel =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

    private var seed: JSONValue {
        var lines = "", contents: [JSONValue] = []
        for index in 0..<objects {
            let key = "pictures/\(index % 3 == 0 ? "logo" : "no-logo")/\(index).png"
            lines += "{\"source-ref\":\"s3://demo/\(key)\"}\n"
            contents.append(["key": .string(key), "base64": .string(Self.pixel)])
        }
        contents.append(["key": "input.manifest", "text": .string(lines)])
        contents.append(
            [
                "key": "labels.json",
                "text":
                    "{\"document-version\":\"2018-11-28\",\"labels\":[{\"label\":\"logo\"},{\"label\":\"no-logo\"}]}",
            ])
        contents.append(["key": "template.liquid", "text": "<crowd-form></crowd-form>"])
        return [
            "version": 1, "buckets": [["name": "demo", "objects": .array(contents)]], "workteams": [["name": "demo"]],
        ]
    }

    private var request: JSONValue {
        let account = AccountID.standard
        return [
            "LabelingJobName": "demo-job", "LabelAttributeName": "logo",
            "RoleArn": .string("arn:aws:iam::\(account):role/demo"),
            "InputConfig": ["DataSource": ["S3DataSource": ["ManifestS3Uri": "s3://demo/input.manifest"]]],
            "OutputConfig": ["S3OutputPath": "s3://demo/output"], "LabelCategoryConfigS3Uri": "s3://demo/labels.json",
            "HumanTaskConfig": [
                "WorkteamArn": .string("arn:aws:sagemaker:us-east-1:\(account):workteam/private-crowd/demo"),
                "UiConfig": ["UiTemplateS3Uri": "s3://demo/template.liquid"],
                "PreHumanTaskLambdaArn": "arn:aws:lambda:us-east-1:432418664414:function:PRE-ImageMultiClass",
                "AnnotationConsolidationConfig": [
                    "AnnotationConsolidationLambdaArn":
                        "arn:aws:lambda:us-east-1:432418664414:function:ACS-ImageMultiClass"
                ],
                "TaskTitle": "Find the logo", "TaskDescription": "Is the logo in the picture?",
                "NumberOfHumanWorkersPerDataObject": .integer(workers), "TaskTimeLimitInSeconds": 300,
            ],
        ]
    }

    /// One signed call of SageMaker.
    private func call(_ operation: String, _ input: JSONValue) async throws -> JSONValue {
        let body = input.compactBytes, type = "application/x-amz-json-1.1"
        let head = RequestHead(
            method: "POST", target: "/",
            headers: HeaderFields([
                ("Host", "\(client.host):\(client.port)"), ("X-Amz-Target", "SageMaker.\(operation)"),
                ("Content-Type", type),
            ]))
        let signed = signer.sign(head, payloadHash: Hex.text(SHA256Digest.of(body)), at: clock.now())
        let headers = signed.headers.fields.filter { $0.name != "Host" && $0.name != "Content-Type" }
        let answer = try await client.send(
            .POST, "/", body: body, contentType: type, headers: headers.map { ($0.name, $0.value) })
        return try JSONValue(parsing: answer)
    }
}
