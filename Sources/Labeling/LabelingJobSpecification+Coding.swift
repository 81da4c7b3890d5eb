// The stored form of a specification.

package import JSON
internal import Kernel

extension LabelingJobSpecification {
    /// The specification as JSON.
    package var encoded: [UInt8] {
        var object: JSONObject = [
            "account": .string(account.description), "region": .string(region.description), "name": .string(name),
            "created": .instant(created), "referenceCode": .string(referenceCode),
            "taskType": .string(taskType.rawValue), "manifest": .string(manifest.description),
            "outputPath": .string(outputPath.description), "labelAttribute": .string(labelAttribute),
            "workteamArn": .string(workteamArn), "isPublicCrowd": .bool(isPublicCrowd),
            "workersPerObject": .integer(workersPerObject),
            "maxConcurrentTaskCount": .integer(maxConcurrentTaskCount),
            "taskTimeLimit": .integer(taskTimeLimit.inMicroseconds),
            "availability": .integer(availability.inMicroseconds),
            "maxPercentageLabeled": .integer(maxPercentageLabeled),
            "contentClassifiers": .array(contentClassifiers.map { .string($0) }),
            "notices": .array(notices.map { .string($0) }), "echo": .object(echo), "steering": .object(steering.json),
        ]
        object["preFunction"] = preFunction.map { .string($0.description) }
        object["postFunction"] = postFunction.map { .string($0.description) }
        object["showsWholeLine"] = showsWholeLine ? true : nil
        object["categories"] = categories.map { .string($0.description) }
        object["template"] = template.map { .string($0.description) }
        object["maxHumanLabeled"] = maxHumanLabeled.map { .integer($0) }
        object["algorithm"] = algorithm.map { .string($0.rawValue) }
        object["predictions"] = predictions.map { .array($0) }
        object["initialModelArn"] = initialModelArn.map { .string($0) }
        return JSONValue.object(object).compactBytes
    }

    /// Nil where the bytes are no specification written by `encoded`.
    package init?(decoding bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes),
            let account = value["account"]?.string.flatMap({ AccountID($0) }),
            let region = value["region"]?.string.flatMap({ Region($0) }), let name = value["name"]?.string,
            let created = value["created"]?.instant, let code = value["referenceCode"]?.string,
            let type = value["taskType"]?.string.flatMap(TaskType.init(rawValue:)),
            let manifest = value["manifest"]?.string.flatMap({ S3URI($0) }),
            let output = value["outputPath"]?.string.flatMap({ S3URI($0) }),
            let attribute = value["labelAttribute"]?.string, let workteam = value["workteamArn"]?.string,
            let workers = value["workersPerObject"]?.integer, let limit = value["taskTimeLimit"]?.integer,
            let availability = value["availability"]?.integer, let echo = value["echo"]?.object,
            let steering = value["steering"].flatMap(ResolvedSteering.init(json:))
        else { return nil }
        self.init(
            account: account, region: region, name: name, created: created, referenceCode: code, taskType: type,
            manifest: manifest, outputPath: output, labelAttribute: attribute, workteamArn: workteam,
            workersPerObject: workers, taskTimeLimit: .microseconds(limit),
            availability: .microseconds(availability), echo: echo, steering: steering)
        preFunction = value["preFunction"]?.string.flatMap { ARN($0) }
        postFunction = value["postFunction"]?.string.flatMap { ARN($0) }
        showsWholeLine = value["showsWholeLine"]?.bool ?? false
        categories = value["categories"]?.string.flatMap { S3URI($0) }
        template = value["template"]?.string.flatMap { S3URI($0) }
        isPublicCrowd = value["isPublicCrowd"]?.bool ?? false
        maxConcurrentTaskCount = value["maxConcurrentTaskCount"]?.integer ?? 1000
        maxHumanLabeled = value["maxHumanLabeled"]?.integer
        maxPercentageLabeled = value["maxPercentageLabeled"]?.integer ?? 100
        algorithm = value["algorithm"]?.string.flatMap(LabelingAlgorithm.init(rawValue:))
        predictions = value["predictions"]?.array
        initialModelArn = value["initialModelArn"]?.string
        contentClassifiers = value["contentClassifiers"]?.array?.compactMap(\.string) ?? []
        notices = value["notices"]?.array?.compactMap(\.string) ?? []
    }
}

extension LabelingJobSpecification.ResolvedSteering {
    /// Also what the control API shows of a job's steering.
    package var json: JSONObject {
        var object: JSONObject = [
            "workforce": .string(workforce.rawValue), "pace": .double(pace),
            "seed": .integer(seed), "minObjects": .integer(minObjects), "workers": .integer(workers),
            "learner": .string(learner.rawValue), "consolidation": .string(consolidation.rawValue),
            "objectLimit": .integer(objectLimit),
        ]
        object["learnerURL"] = learnerURL.map { .string($0) }
        object["schedule"] = .string(schedule.rawValue)
        object["sampler"] = .string(sampler.rawValue)
        object["certainty"] = .double(certainty)
        object["threshold"] = threshold.map { .double($0) }
        object["auditShare"] = .double(auditShare)
        object["crowd"] = crowd.map { .string($0.rawValue) }
        object["truthManifest"] = truthManifest.map { .string($0.description) }
        object["truthAttribute"] = truthAttribute.map { .string($0) }
        object["outcome"] = outcome.map { .string($0.description) }
        return object
    }

    fileprivate init?(json: JSONValue) {
        guard let workforce = json["workforce"]?.string.flatMap(Steering.Workforce.init(rawValue:)),
            let pace = json["pace"]?.double, let seed = json["seed"]?.number.flatMap({ UInt64($0.literal) }),
            let least = json["minObjects"]?.integer, let workers = json["workers"]?.integer,
            let learner = json["learner"]?.string.flatMap(Steering.Learner.init(rawValue:)),
            let limit = json["objectLimit"]?.integer
        else { return nil }
        self.init(
            workforce: workforce, crowd: json["crowd"]?.string.flatMap(Steering.Crowd.init(rawValue:)), pace: pace,
            seed: seed, minObjects: least, workers: workers,
            learner: learner, objectLimit: limit)
        truthManifest = json["truthManifest"]?.string.flatMap { S3URI($0) }
        truthAttribute = json["truthAttribute"]?.string
        outcome = json["outcome"]?.string.flatMap { LabelingJob.ForcedOutcome($0) }
        learnerURL = json["learnerURL"]?.string
        schedule = json["schedule"]?.string.flatMap(Steering.Schedule.init(rawValue:)) ?? .documented
        sampler = json["sampler"]?.string.flatMap(Steering.Sampler.init(rawValue:)) ?? .leastConfident
        certainty = json["certainty"]?.double ?? certainty
        threshold = json["threshold"]?.double
        auditShare = json["auditShare"]?.double ?? auditShare
        consolidation = json["consolidation"]?.string.flatMap(ConsolidationMethod.init(rawValue:)) ?? .service
    }
}
