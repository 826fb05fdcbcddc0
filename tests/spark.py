"""A Spark of the tests' own: a standalone master and two workers on loopback, gone when the process ends."""

import atexit
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MISSING = "uv sync --group spark; Debian: apt install openjdk-17-jre-headless"


def there() -> bool:
    """Whether Spark and a Java to run it are installed."""
    return importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None


def start() -> str:
    """Start master and workers; the URL for a session."""
    import pyspark

    home = tempfile.mkdtemp(prefix="loopline-spark-")
    spark = Path(pyspark.__file__).parent
    port, pages = _free(), _free()
    environment = {
        **os.environ,
        "SPARK_HOME": str(spark),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
        "PYSPARK_PYTHON": sys.executable,
    }
    running: list[subprocess.Popen[bytes]] = []

    def stop() -> None:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(20)
        shutil.rmtree(home, ignore_errors=True)

    atexit.register(stop)

    def run(name: str, *words: str) -> None:
        with Path(home, name).open("wb") as log:
            running.append(
                subprocess.Popen(
                    [f"{spark}/bin/spark-class", f"org.apache.spark.deploy.{words[0]}", *words[1:]],
                    env=environment, cwd=home, stdout=log, stderr=log,
                )
            )  # fmt: skip

    local = ("--host", "127.0.0.1")
    run("master", "master.Master", *local, "--port", str(port), "--webui-port", str(pages))
    _wait(port)
    url = f"spark://127.0.0.1:{port}"
    for number in (1, 2):
        work = ("-c", "1", "-m", "700m", "-d", f"{home}/work{number}", "--webui-port", "0")
        run(f"worker{number}", "worker.Worker", *local, *work, url)
    return url


def session(url: str):  # type: ignore[no-untyped-def]
    """A session whose tasks run on the workers of that master."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "700m",
        "spark.executor.memory": "512m",
        "spark.executor.cores": "1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.codegen.wholeStage": "false",  # small data: compiling would take longer than running
        "spark.sql.session.timeZone": "America/Caracas",  # no answer may depend on it
    }
    builder = SparkSession.builder.master(url).appName("loopline")
    for name, value in settings.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    return made


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("Spark's master did not start")
