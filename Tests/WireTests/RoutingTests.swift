// Which operation a request means.

import Kernel
import Shapes
import Testing
import Wire

@Suite struct RoutingTests {
    private let router = WireRouter(hostSuffixes: ["localhost", "s3.local.test"])

    private func route(
        _ method: String, _ target: String, _ headers: [(String, String)] = [], scope: String? = nil, form: String = ""
    ) -> RoutingResult {
        let host = [(name: "Host", value: "127.0.0.1:4566")]
        let fields = headers.map { (name: $0.0, value: $0.1) }
        let isHostGiven = headers.contains { $0.0.lowercased() == "host" }
        let head = RequestHead(
            method: method, target: target, headers: HeaderFields(fields + (isHostGiven ? [] : host)))
        return router.route(head, scope: scope, form: Array(form.utf8))
    }

    private func name(_ result: RoutingResult) -> String {
        switch result {
        case .served(let route): route.operation.name
        case .unserved(let service, let operation, _): "501 \(service) \(operation)"
        case .elsewhere(let service, let operation, _): "elsewhere \(service) \(operation)"
        case .unknown(let error, _): "\(error.status) \(error.code)"
        }
    }

    @Test(
        arguments: [
            ("GET /", "ListBuckets"), ("GET /?x-id=ListBuckets", "ListBuckets"), ("PUT /b", "CreateBucket"),
            ("PUT /b/", "CreateBucket"), ("HEAD /b", "HeadBucket"), ("DELETE /b", "DeleteBucket"),
            ("GET /b", "ListObjects"), ("GET /b/?delimiter=&prefix=a", "ListObjects"),
            ("GET /b?prefix=od/&list-type=2&delimiter=/", "ListObjectsV2"), ("GET /b?list-type=1", "ListObjects"),
            ("GET /b?location", "GetBucketLocation"), ("GET /b?location=", "GetBucketLocation"),
            ("GET /b?versioning", "GetBucketVersioning"), ("GET /b?uploads", "ListMultipartUploads"),
            ("GET /b/k?tagging", "GetObjectTagging"), ("GET /b?tagging", "GetBucketTagging"),
            ("GET /b/k", "GetObject"), ("GET /b/k?x-id=GetObject", "GetObject"), ("GET /b/k?partNumber=2", "GetObject"),
            ("GET /b/k?versionId=null", "GetObject"), ("GET /b/k?unknown=1", "GetObject"),
            ("GET /b/k?uploadId=u", "ListParts"), ("PUT /b/k?x-id=PutObject", "PutObject"),
            ("PUT /b/k?partNumber=1&uploadId=u&x-id=UploadPart", "UploadPart"),
            ("POST /b/k?uploads=", "CreateMultipartUpload"),
            ("POST /b/k?uploadId=u", "CompleteMultipartUpload"), ("DELETE /b/k?uploadId=u", "AbortMultipartUpload"),
            ("POST /b?delete", "DeleteObjects"), ("POST /b/?delete=", "DeleteObjects"),
            ("DELETE /b?cors", "DeleteBucketCors"),
            ("GET /b?acl", "GetBucketAcl"), ("GET /b/k?acl", "GetObjectAcl"),
            ("GET /b?versions", "ListObjectVersions"), ("PUT /b?versioning", "PutBucketVersioning"),
            ("GET /b?lifecycle", "GetBucketLifecycleConfiguration"), ("POST /b/k?restore", "501 S3 RestoreObject"),
            ("GET /b?analytics", "501 S3 ListBucketAnalyticsConfigurations"),
            ("GET /b?inventory&id=i", "501 S3 GetBucketInventoryConfiguration"),
            ("GET /b?inventory", "501 S3 ListBucketInventoryConfigurations"),
            ("GET /b/k?torrent", "501 S3 GetObjectTorrent"),
            ("DELETE /b?acl", "405 MethodNotAllowed"), ("DELETE /b?versioning", "405 MethodNotAllowed"),
            ("DELETE /b?accelerate", "405 MethodNotAllowed"), ("DELETE /b/k?acl", "405 MethodNotAllowed"),
            ("DELETE /b?analytics", "501 S3 DeleteBucketAnalyticsConfiguration"),
            ("DELETE /b/k?retention", "405 MethodNotAllowed"), ("PUT /b/k?uploads", "405 MethodNotAllowed"),
            ("PUT /b/k?torrent", "405 MethodNotAllowed"), ("PUT /b?location", "405 MethodNotAllowed"),
            ("PUT /b?metrics", "501 S3 PutBucketMetricsConfiguration"), ("GET /b?torrent", "405 MethodNotAllowed"),
            ("GET /b/k?restore", "405 MethodNotAllowed"), ("HEAD /b/k?policy", "405 MethodNotAllowed"),
            ("DELETE /b?foo", "DeleteBucket"), ("PUT /b/k?foo=bar", "PutObject"),
            ("POST /b/k?select&select-type=2", "501 S3 SelectObjectContent"), ("POST /b/k", "405 MethodNotAllowed"),
            ("PATCH /b/k", "405 MethodNotAllowed"), ("DELETE /", "405 MethodNotAllowed"),
            ("GET /b/%zz", "400 InvalidURI"),
            ("GET /b/%ff", "400 InvalidURI"), ("GET /_groundwork/clock", "GetClock"),
            ("POST /_groundwork/clock", "SetClock"),
            ("GET /_groundwork/jobs/a%2Db/wait?status=Completed", "WaitForJob"),
            ("PUT /_groundwork/live", "405 MethodNotAllowed"),
            ("GET /_groundwork/nothing", "404 NotFound"),
        ])
    func pathsAndQueriesDecide(_ request: String, _ wanted: String) {
        let parts = request.split(separator: " ").map(String.init)
        #expect(name(route(parts[0], parts[1])) == wanted)
    }

    @Test func copySourceTurnsPutIntoCopy() {
        let copy = [("X-Amz-Copy-Source", "b/k")]
        #expect(name(route("PUT", "/b/k", copy)) == "CopyObject")
        #expect(name(route("PUT", "/b/k?partNumber=1&uploadId=u", copy)) == "UploadPartCopy")
    }

    @Test func keysKeepTheirSlashesAndPluses() {
        func key(_ target: String) -> String? {
            guard case .served(let route) = route("GET", target) else { return nil }
            return route.label("Key")
        }
        #expect(key("/b/a/b//c/") == "a/b//c/")
        #expect(key("/b//lead") == "/lead")
        #expect(key("/b/a+b%2Bc%20d") == "a+b+c d")
        #expect(key("/b/%C3%A4%2F%25") == "ä/%")
        #expect(key("/b/../x") == "../x")
    }

    @Test func hostNamesCarryBuckets() {
        func labels(_ host: String, _ target: String) -> [String] {
            guard case .served(let route) = route("GET", target, [("host", host)]) else { return [] }
            return [route.operation.name] + route.labels.map(\.value)
        }
        #expect(labels("my.bucket.localhost:4566", "/k/l") == ["GetObject", "my.bucket", "k/l"])
        #expect(labels("MyBucket.S3.local.test", "/") == ["ListObjects", "mybucket"])
        #expect(labels("localhost:4566", "/bucket/k") == ["GetObject", "bucket", "k"])
        #expect(labels("s3.localhost", "/bucket") == ["ListObjects", "bucket"])
        #expect(labels("192.168.0.1", "/bucket") == ["ListObjects", "bucket"])
    }

    @Test func targetsNameOperations() {
        func target(_ value: String) -> String { name(route("POST", "/", [("X-Amz-Target", value)])) }
        #expect(target("SageMaker.CreateLabelingJob") == "CreateLabelingJob")
        #expect(target("SageMaker.CreateApp") == "501 SageMaker CreateApp")
        #expect(target("SageMaker.Nonsense") == "400 UnknownOperationException")
        #expect(target("DynamoDB_20120810.ListTables") == "elsewhere DynamoDB_20120810 ListTables")
    }

    @Test func formsNameActions() {
        let type = [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]
        func action(_ form: String, scope: String? = "sts") -> String {
            name(route("POST", "/", type, scope: scope, form: form))
        }
        #expect(action("Action=GetCallerIdentity&Version=2011-06-15") == "GetCallerIdentity")
        #expect(action("Action=GetCallerIdentity", scope: nil) == "GetCallerIdentity")
        #expect(action("Action=AssumeRole&RoleArn=x") == "AssumeRole")
        #expect(action("Action=DecodeAuthorizationMessage") == "501 STS DecodeAuthorizationMessage")
        #expect(action("Action=Nonsense") == "400 InvalidAction")
        #expect(action("Version=1") == "400 InvalidAction" || action("Version=1") == "501 sts POST /")
        #expect(action("Action=CreateRole", scope: "iam") == "CreateRole")
        #expect(action("Action=CreateUser", scope: "iam") == "501 IAM CreateUser")
        #expect(action("Action=ListMetrics", scope: "monitoring") == "elsewhere monitoring ListMetrics")
        #expect(
            name(route("GET", "/?Action=GetCallerIdentity&Version=2011-06-15", scope: "sts")) == "GetCallerIdentity")
    }

    @Test func otherServicesAreNamed() {
        #expect(
            name(route("GET", "/2015-03-31/functions", scope: "lambda")) == "elsewhere lambda GET /2015-03-31/functions"
        )
        #expect(name(route("POST", "/", scope: "sagemaker")) == "400 UnknownOperationException")
    }

    /// What could be relayed is told by the head alone; what is ours never is, known operation or not.
    @Test func servicesThatAreNotHereAreToldByTheHead() {
        func elsewhere(
            _ method: String, _ target: String, _ headers: [(String, String)] = [], scope: String?
        ) -> String? {
            let fields = headers.map { (name: $0.0, value: $0.1) }
            let head = RequestHead(method: method, target: target, headers: HeaderFields(fields))
            return router.elsewhere(head, scope: scope).map(name)
        }
        let form = [("Content-Type", "application/x-www-form-urlencoded")]
        let dynamo = [("X-Amz-Target", "DynamoDB_20120810.PutItem")]
        #expect(elsewhere("POST", "/", dynamo, scope: "dynamodb") == "elsewhere DynamoDB_20120810 PutItem")
        #expect(elsewhere("POST", "/", dynamo, scope: nil) == "elsewhere DynamoDB_20120810 PutItem")
        #expect(elsewhere("POST", "/", form, scope: "sns") == "elsewhere sns POST /")
        #expect(elsewhere("GET", "/2015-03-31/functions", scope: "lambda") != nil)
        for target in ["SageMaker.CreateLabelingJob", "SageMaker.CreateEndpoint", "SageMaker.Nonsense"] {
            #expect(elsewhere("POST", "/", [("X-Amz-Target", target)], scope: "sagemaker") == nil)
        }
        for scope in ["s3", "sts", "iam", "sagemaker", nil] {
            #expect(elsewhere("POST", "/", form, scope: scope) == nil)
            #expect(elsewhere("PUT", "/bucket/key", scope: scope) == nil)
        }
        #expect(elsewhere("GET", "/_groundwork/nothing", dynamo, scope: "dynamodb") == nil)
        #expect(name(route("GET", "/_groundwork/nothing", dynamo)).hasPrefix("404"))
    }

    @Test func whatIsNotHereIsRefusedWithTheWayOut() {
        let error = route("POST", "/", [("X-Amz-Target", "DynamoDB_20120810.PutItem")]).error
        #expect(error?.status == 501 && error?.message.contains("PutItem of DynamoDB_20120810") == true)
        #expect(error?.message.contains("--upstream") == true)
        let ours = route("POST", "/", [("X-Amz-Target", "SageMaker.CreateEndpoint")]).error
        #expect(ours?.status == 501 && ours?.message.contains("--upstream") == false)
    }

    @Test func aFormIsKnownByItsType() {
        func bucket(_ target: String, _ type: String, host: String = "127.0.0.1") -> String? {
            router.formBucket(
                RequestHead(
                    method: "POST", target: target,
                    headers: HeaderFields([(name: "Content-Type", value: type), (name: "Host", value: host)])))
        }
        #expect(bucket("/b", "multipart/form-data; boundary=x") == "b")
        #expect(bucket("/b/", "Multipart/Form-Data; boundary=x") == "b")
        #expect(bucket("/", "multipart/form-data; boundary=x", host: "c.localhost:4566") == "c")
        #expect(bucket("/b/k", "multipart/form-data; boundary=x") == nil)
        #expect(bucket("/b", "application/xml") == nil)
        #expect(name(route("POST", "/b")) == "405 MethodNotAllowed")
    }

    @Test func fiveHundredAndOneNamesTheOperation() {
        let result = route("GET", "/b/k?torrent")
        #expect(result.error == .notImplemented("The operation GetObjectTorrent of S3"))
        #expect(result.wireProtocol == .restXML)
    }
}
