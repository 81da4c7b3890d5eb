"""A job of any task type for real people, ready to be created."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Sequence

from groundwork_testing import ExampleJob
from groundwork_testing.worker import Task


class PortalJob(ExampleJob):
    """A job of a task type for real people; its lines hold texts, or pictures where there are none."""

    def __init__(
        self, account: Any, bucket: str, kind: str, texts: Sequence[str] = (), time_limit: int = 300, **settings: Any
    ) -> None:
        self.attribute = settings.pop("attribute", "label")
        super().__init__(account, settings.pop("name", kind), bucket, truth=False, **settings)
        self.kind, self.texts, self.time_limit = kind, list(texts), time_limit
        self.objects = len(self.texts) or self.objects

    def picture(self, number: int) -> Optional[bytes]:
        return None if self.texts else super().picture(number)

    def lines(self) -> List[Dict[str, Any]]:
        return [{"source": text} for text in self.texts] or super().lines()

    def prepare(self) -> PortalJob:
        super().prepare()
        instructions = {"shortInstruction": "Mark them", "fullInstruction": "Mark them all"}
        labels = [{"label": label} for label in self.labels]
        self.put("labels.json", json.dumps({"labels": labels, "instructions": instructions}).encode())
        return self

    def request(self, tags: Optional[Dict[str, str]] = None, **changes: Any) -> Dict[str, Any]:
        request = super().request({"groundwork:workforce": "portal", **(tags or {})}, **changes)
        request["HumanTaskConfig"]["TaskTimeLimitInSeconds"] = self.time_limit
        return request

    def number(self, task: Task) -> int:
        """The line that a task is of."""
        seen = task["object"]
        if "text" in seen:
            return self.texts.index(seen["text"])
        return int(seen["uri"].rsplit("/", 1)[1].split(".")[0])

    def responses(self) -> Dict[int, List[Dict[str, Any]]]:
        """The answers to each object."""
        keys = self.keys("annotations/worker-response/")
        return {int(key.split("/")[3]): json.loads(self.read(key))["answers"] for key in keys}
