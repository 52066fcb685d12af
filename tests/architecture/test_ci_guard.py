"""What may not be skipped where CI is set."""

import pytest

pytest_plugins = ["pytester"]

SUITE = """
    import pytest

    @pytest.mark.{mark}
    def test_the_shop():
        pytest.skip("there is nothing to run it with")

    def test_something_else():
        pass
"""


@pytest.fixture
def run(pytester, monkeypatch):
    monkeypatch.setenv("CI", "true")

    def run(mark: str) -> pytest.RunResult:
        pytester.makepyfile(SUITE.format(mark=mark))
        return pytester.runpytest_inprocess("-p", "tests.ci_guard", "-p", "no:cacheprovider")

    return run


@pytest.mark.parametrize("mark", ["browser", "postgres"])
def test_a_skipped_browser_or_postgres_test_fails_the_run(run, mark):
    result = run(mark)

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*must run where CI is set*", "*::test_the_shop"])
    result.assert_outcomes(passed=1, skipped=1)


def test_other_tests_may_be_skipped(run):
    assert run("windows").ret == pytest.ExitCode.OK


def test_a_person_may_skip_what_his_machine_cannot_run(run, monkeypatch):
    monkeypatch.delenv("CI")

    assert run("browser").ret == pytest.ExitCode.OK


def test_a_folder_that_skips_itself_whole_is_noticed(pytester, monkeypatch):
    monkeypatch.setenv("CI", "true")
    folder = pytester.mkdir("tests").joinpath("postgres")
    folder.mkdir()
    folder.joinpath("test_all.py").write_text(
        "import pytest\npytest.skip('no server', allow_module_level=True)\n"
    )
    result = pytester.runpytest_inprocess("-p", "tests.ci_guard", "-p", "no:cacheprovider")

    result.stdout.fnmatch_lines(["*must run where CI is set*", "*tests/postgres/test_all.py*"])
