"""Somebody who does the tasks of labeling jobs through the work API: a bot, or a person without a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional

if TYPE_CHECKING:
    from .account import Account

Task = Dict[str, Any]


class Worker:
    """A member of a private team; `Account.worker` signs one in. A worker holds at most one task of a job."""

    def __init__(self, account: Account, identifier: str, name: str) -> None:
        self.account, self.id, self.name = account, identifier, name

    def jobs(self) -> List[Dict[str, Any]]:
        """The jobs that wait for this worker, with how much there is to do in each."""
        return list(self.account.call("GET", "work/tasks", query={"worker": self.id})["jobs"])

    def claim(self, job: Optional[str] = None) -> Optional[Task]:
        """The task this worker holds, or the next one, of one job or of any; None where there is none now."""
        return self._post("claim", **({"job": job} if job else {}))["task"]

    def submit(self, task: Task, answer: Dict[str, Any], seconds: Optional[float] = None) -> Any:
        """Answers a task with an `answerContent`; `seconds` is the time at work, else the time the task was held."""
        spent = {} if seconds is None else {"timeSpentInSeconds": seconds}
        return self._post("submit", taskId=task["taskId"], answerContent=answer, **spent)

    def decline(self, task: Task) -> Any:
        """Gives a task back that this worker does not want to see again."""
        return self._post("decline", taskId=task["taskId"])

    def release(self, task: Task) -> Any:
        """Gives a task back for others, or for later."""
        return self._post("release", taskId=task["taskId"])

    def answer_all(self, job: str, answer: Callable[[Task], Dict[str, Any]]) -> int:
        """Claims and answers tasks of a job until there is none; returns how many there were."""
        count = 0
        while True:
            task = self.claim(job)
            if task is None:
                return count
            self.submit(task, answer(task))
            count += 1

    def _post(self, path: str, **members: Any) -> Any:
        return self.account.call("POST", f"work/{path}", {"worker": self.id, **members})
