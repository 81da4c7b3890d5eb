// The worker pages that AWS owns, as far as they are ours: text and labels of a task in the element made for it.

internal import Kernel
internal import Labeling

/// Worker pages that belong to the service (developer guide, "UiConfig": `HumanTaskUiArn`).
enum BuiltInPage {
    /// The template of the page with an ARN; nil where the service owns no such page, or it is not served.
    static func template(_ arn: ARN, in region: Region) -> String? {
        guard arn.service == "sagemaker", arn.region == region.description, arn.account == TaskType.publicAccount,
            arn.resource == "human-task-ui/NamedEntityRecognition"
        else { return nil }
        return namedEntityRecognition
    }

    /// Labels are names, or objects with a `label` and display names.
    private static let namedEntityRecognition = """
        <script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
        <crowd-entity-annotation
          name="crowd-entity-annotation"
          header="{% if task.input.header %}{{ task.input.header }}{% else %}Mark the entities{% endif %}"
          labels='[{% for label in task.input.labels %}{% unless forloop.first %}, {% endunless -%}
            {% if label.label %}{{ label | to_json }}{% else %}{"label": {{ label | to_json }}}{% endif %}{% endfor %}]'
          text="{{ task.input.taskObject }}">
          <full-instructions header="Instructions">
            {% if task.input.fullInstruction %}{{ task.input.fullInstruction | skip_autoescape }}{% endif %}
          </full-instructions>
          <short-instructions>
            {% if task.input.shortInstruction %}{{ task.input.shortInstruction | skip_autoescape }}{% endif %}
          </short-instructions>
        </crowd-entity-annotation>
        """
}
