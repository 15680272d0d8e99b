namespace Slipway.CloudInit.Tests;

public sealed class BootScriptTests
{
    private static readonly Uri DeadEnd = new("http://127.0.0.1:9/boot/token-1");

    [Fact]
    public async Task C4_a_script_that_worked_reports_ready_and_the_fields_its_phases_added()
    {
        await using var receiver = new ReportReceiver();
        using var run = new BootRun();

        var (exitCode, output, _) = await run.RunAsync(
            receiver.Url,
            new BootPhase("one", "echo first; echo 'tailscale_node_id=n5SUKe8CNTRL' >>\"$REPORT_FIELDS\""),
            new BootPhase("two", "echo second\necho 'note=it\\''s \"a\\b\" & c=d; ü' >>\"$REPORT_FIELDS\"".Replace("it\\''s", "its")));

        exitCode.ShouldBe(0);
        receiver.Forms.ShouldHaveSingleItem().ShouldBe(
            new Dictionary<string, string>
            {
                ["phase"] = "ready",
                ["status"] = "ok",
                ["tailscale_node_id"] = "n5SUKe8CNTRL",
                ["note"] = "its \"a\\b\" & c=d; ü",
            },
            ignoreOrder: true);
        receiver.Requests.ShouldHaveSingleItem().ShouldBe("POST /boot/token-1 HTTP/1.1");
        run.KeptReport.ShouldBe(receiver.Forms.Single(), ignoreOrder: true);
        output.ShouldBe("--- one\nfirst\n--- two\nsecond\n");
        (await File.ReadAllTextAsync(run.LogPath)).ShouldBe(output);
    }

    [Fact]
    public async Task C4_a_failing_phase_is_reported_with_code_line_and_log_tail_and_nothing_runs_after_it()
    {
        await using var receiver = new ReportReceiver();
        using var run = new BootRun();
        var script = run.Script(
            receiver.Url,
            new BootPhase("prepare", "echo prepared; echo 'tailscale_ips=100.64.0.7' >>\"$REPORT_FIELDS\""),
            new BootPhase("break-things", "echo before\nbash -c 'echo no disk >&2; exit 7'\necho after"),
            new BootPhase("never", "echo never")).ToBash();

        var (exitCode, output, _) = await run.RunAsync(script);

        exitCode.ShouldBe(7);
        var form = receiver.Forms.ShouldHaveSingleItem();
        form["phase"].ShouldBe("break-things");
        form["status"].ShouldBe("failed");
        form["exit_code"].ShouldBe("7");
        script.Split('\n')[int.Parse(form["line"]) - 1].ShouldBe("bash -c 'echo no disk >&2; exit 7'");
        form["log_tail"].ShouldBe("--- prepare\nprepared\n--- break-things\nbefore\nno disk");
        form["tailscale_ips"].ShouldBe("100.64.0.7", "what was made before the failure has to be found and undone");
        output.ShouldNotContain("after");
        output.ShouldNotContain("never");
        run.KeptReport.ShouldBe(form, ignoreOrder: true);
    }

    [Theory]
    [InlineData("false | cat", 1)]
    [InlineData("echo $undefined_variable", 1)]
    [InlineData("exit 42", 42)]
    [InlineData("no-such-program", 127)]
    [InlineData("f() { false; }; f; echo on", 1)]
    [InlineData("x=$(bash -c 'exit 3')", 3)]
    [InlineData("kill -TERM $BASHPID", 143)]
    public async Task Every_way_to_fail_ends_the_script_with_the_code_of_the_failure(string bash, int expected)
    {
        await using var receiver = new ReportReceiver();
        using var run = new BootRun();

        var (exitCode, _, _) = await run.RunAsync(receiver.Url, new BootPhase("fails", bash), new BootPhase("never", "touch \"$REPORT_FIELDS.never\""));

        exitCode.ShouldBe(expected);
        receiver.Forms.ShouldHaveSingleItem()["exit_code"].ShouldBe($"{expected}");
        receiver.Forms.Single()["phase"].ShouldBe("fails");
        File.Exists(run.ReportPath + ".fields.never").ShouldBeFalse();
    }

    [Fact]
    public async Task C7_a_phase_that_asks_somebody_gets_no_answer_and_does_not_wait_for_one()
    {
        await using var receiver = new ReportReceiver();
        using var run = new BootRun();

        var (exitCode, output, _) = await run.RunAsync(
            receiver.Url, new BootPhase("ask", "echo \"frontend: $DEBIAN_FRONTEND\"\nif read -r -p 'Go on? ' answer; then exit 9; fi\necho nobody answers"));

        (exitCode, output).ShouldBe((0, "--- ask\nfrontend: noninteractive\nnobody answers\n"));
    }

    [Fact]
    public async Task A_phase_bash_cannot_read_is_a_reported_failure_too()
    {
        await using var receiver = new ReportReceiver();
        using var run = new BootRun();

        var (exitCode, _, _) = await run.RunAsync(receiver.Url, new BootPhase("typo", "if true; then echo yes"));

        exitCode.ShouldNotBe(0);
        receiver.Forms.ShouldHaveSingleItem()["status"].ShouldBe("failed");
    }

    [Fact]
    public async Task Phases_share_neither_variables_nor_directories_nor_an_early_exit()
    {
        await using var receiver = new ReportReceiver();
        using var run = new BootRun();

        var (exitCode, output, _) = await run.RunAsync(
            receiver.Url,
            new BootPhase("leaves-early", "cd /; leaked=1; set +eu; exit 0"),
            new BootPhase("reads-input", "cat; echo \"${leaked-nothing leaked}\"; [[ $- == *e*u* ]] && echo strict"),
            new BootPhase("empty", ""),
            new BootPhase("comment", "# nothing to do"));

        exitCode.ShouldBe(0);
        output.ShouldBe("--- leaves-early\n--- reads-input\nnothing leaked\nstrict\n--- empty\n--- comment\n");
        receiver.Forms.ShouldHaveSingleItem()["phase"].ShouldBe("ready");
    }

    [Theory]
    [InlineData("exit 5", 5)]
    [InlineData("true", 0)]
    public async Task C4_a_report_that_cannot_be_sent_hides_nothing_and_stays_on_the_disk(string bash, int expected)
    {
        using var run = new BootRun();

        var (exitCode, _, error) = await run.RunAsync(DeadEnd, new BootPhase("only", bash));

        exitCode.ShouldBe(expected);
        error.ShouldContain($"The report did not arrive; it is kept in {run.ReportPath}.");
        run.KeptReport["status"].ShouldBe(expected == 0 ? "ok" : "failed");
        File.GetUnixFileMode(run.ReportPath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(run.LogPath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task C4_a_report_is_repeated_until_it_arrives()
    {
        await using var receiver = new ReportReceiver(500);
        using var run = new BootRun();

        var (exitCode, _, error) = await run.RunAsync((run.Script(receiver.Url, new BootPhase("only", "true")) with { ReportRetries = 1 }).ToBash());

        exitCode.ShouldBe(0);
        error.ShouldNotContain("did not arrive");
        receiver.Forms.Count.ShouldBe(2);
    }

    [Fact]
    public async Task C6_neither_the_address_nor_a_reported_value_is_an_argument_of_any_program()
    {
        using var run = new BootRun();
        run.Program("curl", $"printf '%s\\n' \"$@\" >{ShellText.Quote(run.File("arguments"))}; cat >{ShellText.Quote(run.File("input"))}");

        await run.RunAsync(DeadEnd, new BootPhase("only", "echo 'secret_field=tskey-auth-1' >>\"$REPORT_FIELDS\""));

        var arguments = await File.ReadAllTextAsync(run.File("arguments"));
        arguments.ShouldNotContain("token-1");
        arguments.ShouldNotContain("tskey");
        (await File.ReadAllTextAsync(run.File("input"))).ShouldContain("url = \"http://127.0.0.1:9/boot/token-1\"");
    }

    [Fact]
    public async Task The_log_tail_is_at_most_forty_lines_and_four_kilobytes_of_clean_text()
    {
        await using var receiver = new ReportReceiver();
        using var run = new BootRun();

        await run.RunAsync(receiver.Url, new BootPhase("noisy", "for i in {1..60}; do printf '\\033[31m%s é %0200d\\r\\n' \"$i\" 0; done; printf '\\377\\n'; exit 1"));

        var tail = receiver.Forms.ShouldHaveSingleItem()["log_tail"];
        System.Text.Encoding.UTF8.GetByteCount(tail).ShouldBeLessThanOrEqualTo(4096);
        tail.Split('\n').Length.ShouldBeLessThanOrEqualTo(40);
        tail.ShouldContain("[31m60 é 000");
        tail.ShouldNotContain("\u001b");
        tail.ShouldNotContain("\r");
        tail.ShouldNotContain("\uFFFD");
    }

    [Fact]
    public async Task A_phase_cannot_report_a_status_that_is_not_its_own()
    {
        await using var receiver = new ReportReceiver();
        using var run = new BootRun();

        await run.RunAsync(receiver.Url, new BootPhase("liar", "printf 'status=ok\\nphase=ready\\nnot a field\\nlast=kept' >>\"$REPORT_FIELDS\"; exit 1"));

        var form = receiver.Forms.ShouldHaveSingleItem();
        form["status"].ShouldBe("failed");
        form["phase"].ShouldBe("liar");
        form["last"].ShouldBe("kept");
        form.Keys.ShouldBe(["phase", "status", "exit_code", "line", "log_tail", "last"], ignoreOrder: true);
    }

    [Fact]
    public void A_script_that_could_not_work_is_refused_with_every_problem()
    {
        var script = new BootScript
        {
            ReportUrl = new Uri("ftp://slipway.example/x"),
            LogPath = "boot.log",
            Phases = [new BootPhase("ready", "true"), new BootPhase("twice", "a\r\n"), new BootPhase("twice", ""), new BootPhase("x; rm -rf /", "")],
        };

        var message = Should.Throw<CloudInitException>(script.ToBash).Message;

        message.ShouldContain("6 problem(s)");
        message.ShouldContain("must be an absolute http or https address");
        message.ShouldContain("'boot.log' must be an absolute path");
        message.ShouldContain("'ready' is not a phase name");
        message.ShouldContain("'x; rm -rf /' is not a phase name");
        message.ShouldContain("'twice' holds a NUL or a carriage return");
        message.ShouldContain("'twice' is listed twice");
    }
}
