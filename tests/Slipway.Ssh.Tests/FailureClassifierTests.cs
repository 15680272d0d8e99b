namespace Slipway.Ssh.Tests;

public sealed class FailureClassifierTests
{
    private const string Changed =
        """
        @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
        @    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
        @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
        IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!
        Host key for agt-abc has changed and you have requested strict checking.
        Host key verification failed.
        """;

    private const string Unknown =
        """
        No ED25519 host key is known for agt-abc and you have requested strict checking.
        Host key verification failed.
        """;

    private const string HungUp =
        """
        kex_exchange_identification: Connection closed by remote host
        Connection closed by 192.0.2.1 port 22
        """;

    [Theory]
    [InlineData(SshFailure.HostKeyMismatch, Changed)]
    [InlineData(SshFailure.HostKeyMismatch, "Unable to negotiate with 192.0.2.1 port 22: no matching host key type found. Their offer: rsa-sha2-512,rsa-sha2-256")]
    [InlineData(SshFailure.HostKeyUnknown, Unknown)]
    [InlineData(SshFailure.PermissionDenied, "root@192.0.2.1: Permission denied (publickey).")]
    [InlineData(SshFailure.PermissionDenied, "root@fd7a::1: Permission denied (publickey,password).")]
    [InlineData(SshFailure.PermissionDenied, "Received disconnect from 192.0.2.1 port 22:2: Too many authentication failures")]
    [InlineData(SshFailure.ConnectionRefused, "ssh: connect to host 192.0.2.1 port 22: Connection refused")]
    [InlineData(SshFailure.ConnectionTimedOut, "ssh: connect to host 192.0.2.1 port 22: Connection timed out")]
    [InlineData(SshFailure.ConnectionTimedOut, "Connection timed out during banner exchange\nConnection to 192.0.2.1 port 22 timed out")]
    [InlineData(SshFailure.ConnectionTimedOut, "Connection to 192.0.2.1 port 22 timed out")]
    [InlineData(SshFailure.HostUnreachable, "ssh: connect to host 192.0.2.1 port 22: No route to host")]
    [InlineData(SshFailure.HostUnreachable, "ssh: connect to host fd7a::1 port 22: Network is unreachable")]
    [InlineData(SshFailure.NameNotResolved, "ssh: Could not resolve hostname agt-abc: Name or service not known")]
    [InlineData(SshFailure.NameNotResolved, "ssh: Could not resolve hostname agt-abc: Temporary failure in name resolution")]
    [InlineData(SshFailure.ConnectionLost, HungUp)]
    [InlineData(SshFailure.ConnectionLost, "kex_exchange_identification: read: Connection reset by peer\nConnection reset by 192.0.2.1 port 22")]
    [InlineData(SshFailure.ConnectionLost, "Connection closed by 192.0.2.1 port 22")]
    [InlineData(SshFailure.ConnectionLost, "Connection reset by 192.0.2.1 port 22")]
    [InlineData(SshFailure.ConnectionLost, "Connection to 192.0.2.1 closed by remote host.")]
    [InlineData(SshFailure.ConnectionLost, "client_loop: send disconnect: Broken pipe")]
    [InlineData(SshFailure.ConnectionLost, "client_loop: send disconnect: Connection reset by peer")]
    [InlineData(SshFailure.ConnectionLost, "packet_write_wait: Connection to 192.0.2.1 port 22: Broken pipe")]
    [InlineData(SshFailure.ConnectionLost, "Read from remote host 192.0.2.1: Connection timed out")]
    [InlineData(SshFailure.ConnectionLost, "Read from remote host 192.0.2.1: Connection reset by peer")]
    [InlineData(SshFailure.ConnectionLost, "Timeout, server 192.0.2.1 not responding.")]
    [InlineData(SshFailure.ConnectionLost, "ssh_dispatch_run_fatal: Connection to 192.0.2.1 port 22: message authentication code incorrect")]
    [InlineData(SshFailure.ClientFailed, "Bad configuration option: nonsense")]
    [InlineData(SshFailure.ClientFailed, "No user exists for uid 12345")]
    [InlineData(SshFailure.ClientFailed, "")]
    public void What_OpenSSH_says_becomes_a_failure(SshFailure expected, string log) =>
        FailureClassifier.Classify(log + "\n", commandBegan: false).ShouldBe(expected);

    [Fact]
    public void A_command_that_began_and_did_not_report_lost_its_connection() =>
        FailureClassifier.Classify("", commandBegan: true).ShouldBe(SshFailure.ConnectionLost);

    [Fact]
    public void A_servers_own_words_cannot_make_a_failure_final() =>
        FailureClassifier.Classify(
            "Received disconnect from 192.0.2.1 port 22:11: @ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! Host key verification failed.\n",
            commandBegan: false).ShouldBe(SshFailure.ConnectionLost);
}
