namespace Slipway.CloudInit.Tests;

internal static class ReadmeExample
{
    public static UserData Run()
    {
        // example
        var config = new CloudConfig
        {
            Hostname = "vm-3f9a2c-a1",
            SshGenKeyTypes = ["ed25519"],
            Users = [new CloudUser { Name = "agent", Shell = "/bin/bash", AuthorizedKeys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqfEmPBhYk operator"] }],
            PackageUpdate = true,
            Packages = ["curl", "git"],
            BootScript = new BootScript
            {
                ReportUrl = new Uri("https://control.example/boot/one-time-token"),
                Phases =
                [
                    BootPhases.ClockSync(notBefore: new DateTimeOffset(2026, 11, 21, 9, 0, 0, TimeSpan.Zero)),
                    BootPhases.InstallTailscale(),
                    new BootPhase("clone", $"git clone -- {ShellText.Quote("https://github.com/example/agent")} /srv/agent"),
                ],
            },
            PhoneHome = new PhoneHome { Url = new Uri("https://control.example/phone-home/one-time-token") },
        };

        UserData userData = config.ToUserData();
        Console.WriteLine($"{userData.Size} bytes, {userData.Encoding}. {userData.Warning}");
        // Send userData.Text as the server's user_data.
        // end
        return userData;
    }
}
