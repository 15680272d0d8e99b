namespace Slipway.CloudInit.Tests;

public sealed class RulesTests
{
    private static readonly Uri Url = new("https://slipway.example/x");

    public static TheoryData<string, CloudConfig> Mistakes => new()
    {
        { "'a_b' is not a host name", new() { Hostname = "a_b" } },
        { "'-a' is not a host name", new() { Hostname = "-a" } },
        { "'a\nb' is not a host name", new() { Hostname = "a\nb" } },
        { "'Root' is not a user name", new() { Users = [new() { Name = "Root" }] } },
        { "The user 'a' is listed twice", new() { Users = [new() { Name = "a" }, new() { Name = "a" }] } },
        { "User 'a': 'bash' must be an absolute path", new() { Users = [new() { Name = "a", Shell = "bash" }] } },
        { "User 'a': 'home' must be an absolute path", new() { Users = [new() { Name = "a", Home = "home" }] } },
        { "User 'a': 'x,y' is not a group name", new() { Users = [new() { Name = "a", Groups = ["x,y"] }] } },
        { "User 'a': an authorised key must be one line", new() { Users = [new() { Name = "a", AuthorizedKeys = ["ssh-ed25519 A\nssh-ed25519 B"] }] } },
        { "'-o evil' is not a package name", new() { Packages = ["-o evil"] } },
        { "The file 'etc/x' needs an absolute path", new() { WriteFiles = [new() { Path = "etc/x", Content = "" }] } },
        { "The file '/tmp/x' may vanish during boot", new() { WriteFiles = [new() { Path = "/tmp/x", Content = "" }] } },
        { "has permissions 'rw'", new() { WriteFiles = [new() { Path = "/x", Content = "", Permissions = "rw" }] } },
        { "has permissions '0x1'", new() { WriteFiles = [new() { Path = "/x", Content = "", Permissions = "0x1" }] } },
        { "has owner 'root'", new() { WriteFiles = [new() { Path = "/x", Content = "", Owner = "root" }] } },
        { "half a surrogate pair", new() { WriteFiles = [new() { Path = "/x", Content = "\ud83d" }] } },
        { "The file '/x' is written twice", new() { WriteFiles = [new() { Path = "/x", Content = "" }, new() { Path = "/x", Content = "" }] } },
        { "The file '/var/lib/slipway/boot.sh' is written twice", new() { WriteFiles = [new() { Path = "/var/lib/slipway/boot.sh", Content = "" }], BootScript = new() { ReportUrl = Url, Phases = [new("a", "")] } } },
        { "'dsa' is not an SSH host key type", new() { SshGenKeyTypes = ["dsa"] } },
        { "address must be an absolute http or https", new() { PhoneHome = new() { Url = new Uri("/x", UriKind.Relative) } } },
        { "must post at least one field", new() { PhoneHome = new() { Url = Url, Post = [] } } },
        { "cannot post 'password'", new() { PhoneHome = new() { Url = Url, Post = ["password"] } } },
        { "needs at least one try", new() { PhoneHome = new() { Url = Url, Tries = 0 } } },
        { "needs at least one phase", new() { BootScript = new() { ReportUrl = Url, Phases = [] } } },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void C5_a_mistake_cloud_init_would_only_log_is_refused_here(string expected, CloudConfig config)
    {
        var message = Should.Throw<CloudInitException>(config.ToYaml).Message;

        message.ShouldContain(expected);
        message.ShouldContain("1 problem(s)");
    }

    [Fact]
    public void C5_all_mistakes_are_told_at_once() =>
        Should.Throw<CloudInitException>(new CloudConfig { Hostname = "_", Packages = [""], SshGenKeyTypes = ["x"] }.ToYaml).Message
            .ShouldStartWith("The cloud-config document has 3 problem(s):\n- ");

    [Theory]
    [InlineData("plain")]
    [InlineData("")]
    [InlineData("it's '' \" `id` $HOME $(id) \\ * ? ~ # ! & ; | < > ( ) [ ] { }")]
    [InlineData("line\nbreak\ttab ünïcode 🚀")]
    [InlineData("--option=value")]
    [InlineData("'")]
    public async Task A_quoted_value_is_one_shell_word_whatever_it_holds(string value)
    {
        var (_, output, _) = await Tool.RunAsync("sh", ["-c", $"printf '%s|' {ShellText.Quote(value)} end"]);

        output.ShouldBe($"{value}|end|");
        Should.Throw<ArgumentException>(() => ShellText.Quote("a\0b"));
    }
}
