namespace Slipway.EndToEnd.Agents;

/// <summary>An agent that says which token it has, and ends at once with one that begins with "bad".</summary>
internal static class Fussy
{
    public const string Yaml = """
        blueprint: fussy
        description: Ends at once with a token it does not like
        machine: { server_type: cx23, image: debian-12, locations: [fsn1] }
        user: agent
        secrets:
          TOKEN: { description: A token }
          EXTRA: { description: Another, required: false }
        files:
          - path: /opt/fussy/run
            owner: root:root
            mode: "0755"
            content: |
              #!/bin/bash
              token=$(cat "$CREDENTIALS_DIRECTORY/token")
              echo "my token is $token"
              case $token in bad*) exit 1 ;; esac
              printf %s "$token" >/home/agent/seen
              exec sleep infinity
          - { path: /home/agent/app/token, content: '{{ secrets.TOKEN }}' }
          - { path: /home/agent/app/extra, content: '{{ secrets.EXTRA }}' }
        credentials:
          - { name: token, content: '{{ secrets.TOKEN }}' }
          - { name: extra, content: '{{ secrets.EXTRA }}' }
        unit:
          name: fussy
          text: |
            [Unit]
            StartLimitIntervalSec=0
            [Service]
            User=agent
            ExecStart=/opt/fussy/run
            Restart=always
            RestartSec=1
            [Install]
            WantedBy=multi-user.target
        health:
          command: sleep 0.3; systemctl is-active --quiet fussy && cmp -s /home/agent/seen /home/agent/app/token
          timeout: 10s
          interval: 500ms
        """;
}
