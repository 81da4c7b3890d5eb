"""Models and what is predicted with them: created, shown, listed, deleted; transform jobs and the files they write."""

import json

import pytest
from botocore.exceptions import ClientError
from training_job import Colours, finished, image, labelled, training, transform


@pytest.fixture(scope="module")
def modelled(groundwork_server):
    """A data set, a model trained on it, registered as `colours`."""
    account = groundwork_server.account()
    job = labelled(account, "set-1", "models-module")
    sagemaker = account.client("sagemaker")
    sagemaker.create_training_job(**training(job, "train-1"))
    described = finished(sagemaker.describe_training_job, "Completed", TrainingJobName="train-1")
    container = {"Image": image(), "ModelDataUrl": described["ModelArtifacts"]["S3ModelArtifacts"]}
    sagemaker.create_model(ModelName="colours", PrimaryContainer=container, ExecutionRoleArn=role(account))
    yield account, job, sagemaker, container
    account.reset()


def role(account):
    return f"arn:aws:iam::{account.identifier}:role/runner"


def code(error):
    return error.value.response["Error"]["Code"]


def message(error):
    return error.value.response["Error"]["Message"]


# Models


def test_a_model_shows_what_it_was_made_of(modelled):
    account, _, sagemaker, container = modelled
    described = sagemaker.describe_model(ModelName="colours")
    assert described["ModelArn"] == f"arn:aws:sagemaker:us-east-1:{account.identifier}:model/colours"
    assert described["PrimaryContainer"] == {**container, "Mode": "SingleModel"}
    assert described["ExecutionRoleArn"] == role(account)
    assert described["EnableNetworkIsolation"] is False


def test_a_model_name_is_taken_once(modelled):
    account, _, sagemaker, container = modelled
    with pytest.raises(ClientError) as error:
        sagemaker.create_model(ModelName="Colours", PrimaryContainer=container, ExecutionRoleArn=role(account))
    assert code(error) == "ValidationException"
    assert "Cannot create already existing model" in message(error)


def test_other_images_make_no_model(account):
    with pytest.raises(ClientError) as error:
        account.client("sagemaker").create_model(
            ModelName="other", PrimaryContainer={"Image": "nginx:latest", "ModelDataUrl": "s3://b/model.tar.gz"},
            ExecutionRoleArn=role(account))
    assert code(error) == "ValidationException"
    assert image() in message(error)


@pytest.mark.parametrize("container", [None, {"Image": image()}, {"ModelDataUrl": "s3://b/m.tar.gz"},
                                       {"Image": image(), "ModelDataUrl": "https://example.org/m.tar.gz"}])
def test_a_model_needs_image_and_data_in_s3(account, container):
    arguments = {"PrimaryContainer": container} if container else {}
    with pytest.raises(ClientError) as error:
        account.client("sagemaker").create_model(ModelName="half", ExecutionRoleArn=role(account), **arguments)
    assert code(error) == "ValidationException"


def test_more_than_one_container_is_not_served(account):
    container = {"Image": image(), "ModelDataUrl": "s3://b/m.tar.gz"}
    with pytest.raises(ClientError) as error:
        account.client("sagemaker").create_model(
            ModelName="chain", Containers=[container, container], ExecutionRoleArn=role(account))
    assert code(error) == "NotImplemented" and "containers" in message(error).lower()


def test_models_are_listed_the_latest_first_and_deleted(account):
    sagemaker = account.client("sagemaker")
    container = {"Image": image(), "ModelDataUrl": "s3://b/m.tar.gz"}
    for name in ("b-one", "a-two", "c-three"):
        sagemaker.create_model(ModelName=name, PrimaryContainer=container, Tags=[{"Key": "k", "Value": name}])

    def names(**arguments):
        return [model["ModelName"] for model in sagemaker.list_models(**arguments)["Models"]]

    assert names() == ["c-three", "a-two", "b-one"]
    assert names(SortBy="Name", SortOrder="Ascending") == ["a-two", "b-one", "c-three"]
    assert names(NameContains="t") == ["c-three", "a-two"]
    assert len(list(sagemaker.get_paginator("list_models").paginate(PaginationConfig={"PageSize": 2}))) == 2
    arn = sagemaker.describe_model(ModelName="a-two")["ModelArn"]
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "k", "Value": "a-two"}]
    sagemaker.delete_model(ModelName="A-two")
    assert names() == ["c-three", "b-one"]
    for call in (sagemaker.describe_model, sagemaker.delete_model):
        with pytest.raises(ClientError) as error:
            call(ModelName="a-two")
        assert code(error) == "ValidationException"
        assert message(error).startswith("Could not find model")


# Transform jobs


def outputs(account, job, below):
    s3 = account.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=job.bucket, Prefix=f"{job.name}/{below}")
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return {key: s3.get_object(Bucket=job.bucket, Key=key)["Body"].read() for key in keys}


def test_every_picture_below_a_prefix_is_predicted(modelled):
    account, job, sagemaker, _ = modelled
    request = transform("colours", "All-1", job.uri("images/"), job.uri("predicted"))
    arn = sagemaker.create_transform_job(**request)["TransformJobArn"]
    assert arn.endswith(":transform-job/all-1")
    described = finished(sagemaker.describe_transform_job, "Completed", TransformJobName="All-1")
    for member in ("ModelName", "TransformInput", "TransformOutput", "TransformResources"):
        assert described[member] == request[member]
    assert described["CreationTime"] <= described["TransformStartTime"] <= described["TransformEndTime"]
    files = outputs(account, job, "predicted/")
    assert set(files) == {f"{job.name}/predicted/{number}.png.out" for number in range(job.objects)}
    right = 0
    for number in range(job.objects):
        prediction = json.loads(files[f"{job.name}/predicted/{number}.png.out"])["prediction"]
        assert len(prediction) == 2 and abs(sum(prediction) - 1) < 1e-3
        right += prediction.index(max(prediction)) == number % 2
    assert right >= 0.75 * job.objects


def test_a_waiter_knows_a_finished_transform(modelled):
    _, job, sagemaker, _ = modelled
    sagemaker.create_transform_job(**transform("colours", "waited", job.uri("images/1"), job.uri("waited")))
    sagemaker.get_waiter("transform_job_completed_or_stopped").wait(
        TransformJobName="waited", WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def test_a_manifest_names_what_is_predicted(modelled):
    account, job, sagemaker, _ = modelled
    job.put("some.json", json.dumps([{"prefix": job.uri("images/")}, "0.png", "5.png"]).encode())
    request = transform("colours", "by-manifest", job.uri("some.json"), job.uri("some"))
    request["TransformInput"]["DataSource"]["S3DataSource"]["S3DataType"] = "ManifestFile"
    request["TransformOutput"]["AssembleWith"] = "Line"
    sagemaker.create_transform_job(**request)
    finished(sagemaker.describe_transform_job, "Completed", TransformJobName="by-manifest")
    files = outputs(account, job, "some/")
    assert set(files) == {f"{job.name}/some/0.png.out", f"{job.name}/some/5.png.out"}
    assert all(body.endswith(b"]}\n") for body in files.values())


def test_what_cannot_be_predicted_fails_the_job_and_the_rest_is_there(modelled):
    account, job, sagemaker, _ = modelled
    job.put("mixed/good.png", job.picture(0), "image/png")
    job.put("mixed/bad.png", b"no picture", "image/png")
    sagemaker.create_transform_job(**transform("colours", "mixed", job.uri("mixed/"), job.uri("mixed-out")))
    described = finished(sagemaker.describe_transform_job, "Failed", TransformJobName="mixed")
    assert described["FailureReason"].startswith("ClientError: See job logs for more information")
    assert "mixed/bad.png" in described["FailureReason"]
    assert set(outputs(account, job, "mixed-out/")) == {f"{job.name}/mixed-out/good.png.out"}


def test_a_transform_of_nothing_fails(modelled):
    _, job, sagemaker, _ = modelled
    sagemaker.create_transform_job(**transform("colours", "nothing", job.uri("empty/"), job.uri("nothing")))
    described = finished(sagemaker.describe_transform_job, "Failed", TransformJobName="nothing")
    assert "there is no object at" in described["FailureReason"]


def test_a_transform_is_stopped(modelled):
    _, job, sagemaker, _ = modelled
    sagemaker.create_transform_job(**transform("colours", "to-stop", job.uri("images/"), job.uri("stopped")))
    sagemaker.stop_transform_job(TransformJobName="to-stop")
    assert sagemaker.describe_transform_job(TransformJobName="to-stop")["TransformJobStatus"] == "Stopping"
    finished(sagemaker.describe_transform_job, "Stopped", TransformJobName="to-stop")
    with pytest.raises(ClientError) as error:
        sagemaker.stop_transform_job(TransformJobName="to-stop")
    assert "is in status Stopped" in message(error)


def test_a_model_that_is_none_fails_the_transform(modelled):
    account, job, sagemaker, _ = modelled
    job.put("broken.tar.gz", b"nothing")
    sagemaker.create_model(
        ModelName="broken", PrimaryContainer={"Image": image(), "ModelDataUrl": job.uri("broken.tar.gz")})
    sagemaker.create_transform_job(**transform("broken", "broken", job.uri("images/"), job.uri("broken")))
    described = finished(sagemaker.describe_transform_job, "Failed", TransformJobName="broken")
    assert "broken.tar.gz is not a model of this program" in described["FailureReason"]


def test_transform_requests_that_break_a_rule_are_refused(modelled):
    _, job, sagemaker, _ = modelled

    def refusal(edit, model="colours"):
        request = transform(model, "refused", job.uri("images/"), job.uri("refused"))
        edit(request)
        with pytest.raises(ClientError) as error:
            sagemaker.create_transform_job(**request)
        return code(error), message(error)

    def source(request):
        return request["TransformInput"]["DataSource"]["S3DataSource"]

    assert refusal(lambda r: None, model="none")[1].startswith("Could not find model")
    assert "augmented" in refusal(lambda r: source(r).update(S3DataType="AugmentedManifestFile"))[1]
    assert "must be None" in refusal(lambda r: r["TransformInput"].update(SplitType="Line"))[1]
    assert "accept" in refusal(lambda r: r["TransformOutput"].update(Accept="text/csv"))[1]
    assert refusal(lambda r: r["TransformInput"].update(SplitType="RecordIO"))[0] == "NotImplemented"
    assert refusal(lambda r: r.update(DataProcessing={"JoinSource": "Input"}))[0] == "NotImplemented"
    assert refusal(lambda r: r.update(TransformJobName="All-1"))[0] == "ResourceInUse"


def test_transforms_are_listed_the_latest_first(account):
    sagemaker = account.client("sagemaker")
    job = Colours(account, "unused", "unused")
    sagemaker.create_model(
        ModelName="m", PrimaryContainer={"Image": image(), "ModelDataUrl": "s3://unused/m.tar.gz"})
    for name in ("b-one", "a-two", "c-three"):
        sagemaker.create_transform_job(**transform("m", name, job.uri("i/"), job.uri("o")))

    def names(**arguments):
        found = sagemaker.list_transform_jobs(**arguments)["TransformJobSummaries"]
        return [item["TransformJobName"] for item in found]

    assert names() == ["c-three", "a-two", "b-one"]
    assert names(SortOrder="Ascending", MaxResults=2) == ["b-one", "a-two"]
    assert names(NameContains="one") == ["b-one"]
    for name in names():
        finished(sagemaker.describe_transform_job, "Failed", TransformJobName=name)
    assert sorted(names(StatusEquals="Failed")) == ["a-two", "b-one", "c-three"]
    assert "FailureReason" in sagemaker.list_transform_jobs()["TransformJobSummaries"][0]


# A labeling job goes on from a model


def test_a_trained_model_can_begin_a_labeling_job(modelled):
    account, _, sagemaker, _ = modelled
    arn = sagemaker.describe_model(ModelName="colours")["ModelArn"]
    again = Colours(account, "again", "models-module", objects=12).prepare()
    algorithms = {**again.automated()["LabelingJobAlgorithmsConfig"], "InitialActiveLearningModelArn": arn}
    again.start(
        tags={"groundwork:crowd": "perfect", "groundwork:min-objects": "12"}, LabelingJobAlgorithmsConfig=algorithms)
    again.wait("Completed", timeout=90)


# Texts


def test_texts_go_the_whole_way(account, bucket_name):
    """A labelled manifest of texts, a text classifier, its predictions line by line."""
    s3, sagemaker = account.client("s3"), account.client("sagemaker")
    s3.create_bucket(Bucket=bucket_name)
    words = (["ball", "goal", "match", "team"], ["oven", "salt", "bread", "taste"])
    texts = [" ".join(words[n % 2][(n // 2 + k * (n // 8 + 1)) % 4] for k in range(5)) for n in range(120)]
    lines = [json.dumps({"source": text, "topic": number % 2}) for number, text in enumerate(texts)]
    s3.put_object(Bucket=bucket_name, Key="topics.manifest", Body="\n".join(lines).encode())
    source = {"S3DataType": "AugmentedManifestFile", "S3Uri": f"s3://{bucket_name}/topics.manifest",
              "AttributeNames": ["source", "topic"]}
    sagemaker.create_training_job(
        TrainingJobName="topics", RoleArn=role(account), HyperParameters={"mode": "supervised"},
        AlgorithmSpecification={"TrainingImage": image("blazingtext"), "TrainingInputMode": "Pipe"},
        InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": source}}],
        OutputDataConfig={"S3OutputPath": f"s3://{bucket_name}/models"},
        ResourceConfig={"InstanceType": "ml.c5.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 5})
    described = finished(sagemaker.describe_training_job, "Completed", TrainingJobName="topics")
    metrics = {metric["MetricName"]: metric["Value"] for metric in described["FinalMetricDataList"]}
    assert metrics["validation:accuracy"] >= 0.9
    sagemaker.create_model(ModelName="topics", PrimaryContainer={
        "Image": image("blazingtext"), "ModelDataUrl": described["ModelArtifacts"]["S3ModelArtifacts"]})
    body = '{"source": "goal team goal ball"}\n{"source": "bread salt oven", "k": 2}\n'
    s3.put_object(Bucket=bucket_name, Key="in/new.jsonl", Body=body.encode())
    request = transform("topics", "topics", f"s3://{bucket_name}/in/", f"s3://{bucket_name}/out")
    request["TransformInput"].update(ContentType="application/jsonlines", SplitType="Line")
    sagemaker.create_transform_job(**request)
    finished(sagemaker.describe_transform_job, "Completed", TransformJobName="topics")
    said = s3.get_object(Bucket=bucket_name, Key="out/new.jsonl.out")["Body"].read().decode().splitlines()
    first, second = map(json.loads, said)
    assert first["label"] == ["__label__0"] and first["prob"][0] > 0.5
    assert second["label"] == ["__label__1", "__label__0"] and second["prob"] == sorted(second["prob"], reverse=True)
