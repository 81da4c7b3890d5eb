// The rules document: an ordered list of {"match": …, "set": …}; the first rule whose every condition holds decides.

package import JSON

/// Rules that steer jobs by what is known of them at creation.
package struct SteeringRules: Hashable, Sendable {
    /// One rule; conditions that are nil hold for every job.
    package struct Rule: Hashable, Sendable {
        /// Matches the job's name.
        package var jobName: Glob?
        /// Must be equal.
        package var workteamArn: String?
        /// Must be equal to the type's name, such as `ImageMultiClass`.
        package var taskType: String?
        /// Must be equal.
        package var account: String?
        /// Tags that the job must have, with these values.
        package var tag: JSONObject?
        /// What the rule sets.
        package var steering: Steering
    }

    /// What a rule can match on.
    package struct Subject: Hashable, Sendable {
        /// As typed.
        package var jobName: String
        /// As given in the request.
        package var workteamArn: String
        /// What the job's functions stand for.
        package var taskType: TaskType
        /// The twelve digits.
        package var account: String
        /// The request's tags, steering ones among them.
        package var tags: [String: String]

        package init(
            jobName: String, workteamArn: String, taskType: TaskType, account: String, tags: [String: String]
        ) {
            self.jobName = jobName
            self.workteamArn = workteamArn
            self.taskType = taskType
            self.account = account
            self.tags = tags
        }
    }

    /// In the order in which they are asked.
    package private(set) var rules: [Rule] = []

    /// No rules: nothing is steered.
    package init() {}

    /// Reads a document: a list of rules, or an object with the member `rules`.
    package init(parsing document: JSONValue) throws(Steering.Refusal) {
        guard let list = document.array ?? document["rules"]?.array else {
            throw Steering.Refusal(name: "rules", value: document.compactText, rule: "it must be a list of rules")
        }
        for (position, value) in list.enumerated() { rules.append(try Rule(value, at: position)) }
    }

    /// What the first matching rule sets; nothing where none matches.
    package func steering(for subject: Subject) -> Steering {
        rules.first { $0.matches(subject) }?.steering ?? Steering()
    }
}

extension SteeringRules.Rule {
    fileprivate init(_ value: JSONValue, at position: Int) throws(Steering.Refusal) {
        func refuse(_ name: String, _ value: JSONValue, _ rule: String) -> Steering.Refusal {
            Steering.Refusal(name: "rules.\(position).\(name)", value: value.compactText, rule: rule)
        }
        guard let rule = value.object, let set = rule["set"]?.object else {
            throw refuse("set", value, "a rule has the members match and set, both objects")
        }
        do { steering = try Steering(rule: set) } catch {
            throw Steering.Refusal(name: "rules.\(position).set.\(error.name)", value: error.value, rule: error.rule)
        }
        for name in rule.names where name != "match" && name != "set" {
            throw refuse(name, value, "a rule has the members match and set")
        }
        guard let match = rule["match"]?.object ?? (rule["match"] == nil ? JSONObject() : nil) else {
            throw refuse("match", value, "match must be an object")
        }
        for member in match.members {
            if member.name == "tag" {
                guard let tags = member.value.object, tags.members.allSatisfy({ $0.value.string != nil }) else {
                    throw refuse("match.tag", member.value, "it must be an object of tag keys and values")
                }
                tag = tags
                continue
            }
            guard let text = member.value.string else {
                throw refuse("match.\(member.name)", member.value, "it must be a text")
            }
            switch member.name {
            case "jobName": jobName = Glob(text)
            case "workteamArn": workteamArn = text
            case "taskType": taskType = text
            case "account": account = text
            default:
                throw refuse(
                    "match.\(member.name)", member.value,
                    "a rule matches on jobName, workteamArn, taskType, account, tag")
            }
        }
    }

    func matches(_ subject: SteeringRules.Subject) -> Bool {
        (jobName?.matches(subject.jobName) ?? true) && (workteamArn.map { $0 == subject.workteamArn } ?? true)
            && (taskType.map { $0 == subject.taskType.rawValue } ?? true)
            && (account.map { $0 == subject.account } ?? true)
            && (tag?.members.allSatisfy { subject.tags[$0.name] == $0.value.string } ?? true)
    }
}

/// A pattern with `*` (any text) and `?` (any character), matched against the whole, without regard to case.
package struct Glob: Hashable, Sendable {
    private let pattern: [Character]

    /// Takes the pattern; a star or question mark cannot be escaped.
    package init(_ text: String) { pattern = Array(text.lowercased()) }

    /// Linear in the text for each star: on a mismatch the latest star takes one character more.
    package func matches(_ text: String) -> Bool {
        let text = Array(text.lowercased())
        var place = 0, position = 0
        var star: (place: Int, position: Int)?
        while position < text.count {
            if place < pattern.count, pattern[place] == "*" {
                star = (place, position)
                place += 1
            } else if place < pattern.count, pattern[place] == "?" || pattern[place] == text[position] {
                place += 1
                position += 1
            } else if let latest = star {
                place = latest.place + 1
                position = latest.position + 1
                star = (latest.place, position)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == "*" }
    }
}
