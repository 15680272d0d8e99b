using System.Globalization;
using System.Text;

namespace Slipway.CloudInit;

/// <summary>cloud-config's key names and order, in one place.</summary>
internal static class CloudConfigWriter
{
    /// <param name="config">What to write.</param>
    /// <param name="files">Its files, the boot script among them.</param>
    public static string Write(CloudConfig config, IReadOnlyList<CloudFile> files)
    {
        var yaml = new YamlText();
        yaml.Mapping(() => WriteDocument(yaml, config, files));
        return $"#cloud-config\n{yaml}";
    }

    private static void WriteDocument(YamlText yaml, CloudConfig config, IReadOnlyList<CloudFile> files)
    {
        if (config.Hostname is not null)
        {
            yaml.Text("hostname", config.Hostname);
        }

        if (config.SshGenKeyTypes.Count > 0)
        {
            yaml.List("ssh_genkeytypes", config.SshGenKeyTypes);
        }

        if (config.Users.Count > 0)
        {
            yaml.Lines("users", config.Users.Select<CloudUser, Action>(u => () => yaml.Mapping(() => WriteUser(yaml, u))));
        }

        if (config.PackageUpdate is { } update)
        {
            yaml.Literal("package_update", update ? "true" : "false");
        }

        if (config.Packages.Count > 0)
        {
            yaml.Lines("packages", config.Packages.Select<string, Action>(p => () => yaml.Text(p)));
        }

        if (files.Count > 0)
        {
            yaml.Lines("write_files", files.Select<CloudFile, Action>(f => () => yaml.Mapping(() => WriteFile(yaml, f))));
        }

        if (config.BootScript is { } script)
        {
            if (script.Early)
            {
                // The file is not written yet when bootcmd runs; the unit waits for the stage that writes it.
                yaml.Lines("bootcmd", [() => yaml.List(EarlyStart(script))]);
            }
            else
            {
                yaml.Lines("runcmd", [() => yaml.List(["bash", script.Path])]);
            }
        }

        if (config.PhoneHome is { } home)
        {
            yaml.Key("phone_home");
            yaml.Mapping(() =>
            {
                yaml.Text("url", home.Url.AbsoluteUri);
                yaml.List("post", home.Post);
                yaml.Literal("tries", home.Tries.ToString(CultureInfo.InvariantCulture));
            });
        }
    }

    private static void WriteUser(YamlText yaml, CloudUser user)
    {
        yaml.Text("name", user.Name);
        if (user.Home is not null)
        {
            yaml.Text("homedir", user.Home);
        }

        if (user.Shell is not null)
        {
            yaml.Text("shell", user.Shell);
        }

        if (user.Groups.Count > 0)
        {
            yaml.Text("groups", string.Join(',', user.Groups));
        }

        if (user.Sudo)
        {
            yaml.Text("sudo", "ALL=(ALL) NOPASSWD:ALL");
        }

        if (user.System)
        {
            yaml.Literal("system", "true");
        }

        yaml.Literal("lock_passwd", user.LockPassword ? "true" : "false");
        if (user.AuthorizedKeys.Count > 0)
        {
            yaml.Lines("ssh_authorized_keys", user.AuthorizedKeys.Select<string, Action>(k => () => yaml.Text(k)));
        }
    }

    private static void WriteFile(YamlText yaml, CloudFile file)
    {
        yaml.Text("path", file.Path);
        yaml.Text("owner", file.Owner);
        yaml.Text("permissions", file.Permissions);
        if (file.Defer)
        {
            yaml.Literal("defer", "true");
        }

        if (YamlText.IsPrintable(file.Content))
        {
            yaml.Text("content", file.Content);
            return;
        }

        yaml.Text("encoding", "b64");
        yaml.Text("content", Convert.ToBase64String(Encoding.UTF8.GetBytes(file.Content)));
    }

    private static string[] EarlyStart(BootScript script) =>
    [
        "cloud-init-per", "instance", "slipway-boot", "systemd-run", "--no-block", "--quiet", "--unit=slipway-boot",
        "--property=After=cloud-init.service network-online.target", "--property=Type=oneshot", "bash", script.Path,
    ];
}
