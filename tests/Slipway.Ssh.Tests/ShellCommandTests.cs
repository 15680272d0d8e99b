using System.Reflection;

namespace Slipway.Ssh.Tests;

public sealed class ShellCommandTests
{
    [Fact]
    public void Literals_stay_and_holes_are_quoted()
    {
        var path = "/home/o'neil/a b";
        string[] words = ["one", "", "-three"];

        ShellCommand.Create($"install -m {600} -- {path} {words} --name={"x"} # done").ToString()
            .ShouldBe(@"install -m '600' -- '/home/o'\''neil/a b' 'one' '' '-three' --name='x' # done");
    }

    [Fact]
    public void A_command_in_a_hole_is_one_word() =>
        ShellCommand.Create($"sh -c {ShellCommand.Create($"echo {"a'b"}")}").ToString()
            .ShouldBe(@"sh -c 'echo '\''a'\''\'\'''\''b'\'''");

    [Fact]
    public void No_way_in_takes_a_finished_string()
    {
        var publicWays = typeof(ShellCommand).GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .OfType<MethodBase>().Select(m => $"{m.Name}({string.Join(", ", m.GetParameters().Select(p => p.ParameterType.Name))})");
        publicWays.ShouldBe(["Create(ShellCommandHandler&)", "ToString()"], ignoreOrder: true);

        typeof(SshClient).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .SelectMany(m => m.GetParameters()).ShouldAllBe(p => p.ParameterType != typeof(string));
    }

    [Fact]
    public void A_hole_where_quoting_would_not_protect_is_refused()
    {
        var x = "$(reboot)";
        Refused(() => ShellCommand.Create($"echo '{x}'"), "inside quotes");
        Refused(() => ShellCommand.Create($"echo \"a {x}\""), "inside quotes");
        Refused(() => ShellCommand.Create($"echo \\{x}"), "backslash");
        Refused(() => ShellCommand.Create($"echo ${x}"), "dollar");
        Refused(() => ShellCommand.Create($"echo $\\\n{x}"), "dollar");
        Refused(() => ShellCommand.Create($"true # {x}"), "comment");
        Refused(() => ShellCommand.Create($"true >#{x}"), "comment");
        Refused(() => ShellCommand.Create($"true \\\n#{x}"), "comment");
        Refused(() => ShellCommand.Create($"echo ${{a:-{x}}}"), "${…}");
        Refused(() => ShellCommand.Create($"echo $(({x} + 1))"), "$((…))");
        Refused(() => ShellCommand.Create($"echo `echo {x}`"), "backquotes");
        Refused(() => ShellCommand.Create($"cat <<END\n{x}\nEND"), "here-documents");
        Refused(() => ShellCommand.Create($"echo $'\\'' {x}"), "not POSIX");
        Refused(() => ShellCommand.Create($"echo {Array.Empty<string>()}#{x}"), "comment");
        Refused(() => ShellCommand.Create($"echo $(true)#'\n{x}"), "inside quotes");
    }

    [Fact]
    public void A_hole_in_a_substitution_is_protected_even_inside_double_quotes()
    {
        ShellCommand.Create($"echo \"$(basename {"a b"})\" $(id -u {"root"}) $((1 + 1)) ${{HOME}} a#b \\# {"c"}").ToString()
            .ShouldBe("echo \"$(basename 'a b')\" $(id -u 'root') $((1 + 1)) ${HOME} a#b \\# 'c'");
        ShellCommand.Create($"case {"x"} in a) echo 'b';; *) exit 1;; esac").ToString().ShouldContain("'x'");
    }

    [Fact]
    public void A_text_that_ends_in_the_middle_is_refused()
    {
        Refused(() => ShellCommand.Create($"echo 'a"), "SingleQuotes");
        Refused(() => ShellCommand.Create($"echo \"a"), "DoubleQuotes");
        Refused(() => ShellCommand.Create($"echo $(a"), "Substitution");
        Refused(() => ShellCommand.Create($"echo a\\"), "backslash");
        Refused(() => ShellCommand.Create($"x=$(case a in a) echo \"b\";; esac)"), "");
    }

    [Fact]
    public void What_cannot_be_a_word_is_refused_and_not_repeated()
    {
        Should.Throw<ArgumentException>(() => ShellCommand.Create($"echo {"secret\0"}")).Message.ShouldNotContain("secret");
        Should.Throw<ArgumentException>(() => ShellCommand.Create($"echo {"secret\ud800"}")).Message.ShouldNotContain("secret");
        Should.Throw<ArgumentNullException>(() => ShellCommand.Create($"echo {(string)null!}"));
    }

    private static void Refused(Func<ShellCommand> create, string because) =>
        Should.Throw<FormatException>(create).Message.ShouldContain(because);
}
