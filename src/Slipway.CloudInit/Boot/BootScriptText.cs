using System.Globalization;
using System.Text;

namespace Slipway.CloudInit;

/// <summary>
/// The bash around the phases. Phases are called as simple commands, never in <c>if</c>, <c>&amp;&amp;</c> or <c>||</c>: bash silently ignores
/// <c>set -e</c> inside those. Their output goes straight to the log and is copied afterwards, so a report never waits for a tee; and each phase
/// redirects itself, because a redirection around the call would still be in force when the EXIT trap runs.
/// </summary>
internal static class BootScriptText
{
    public static string Write(BootScript script)
    {
        var text = new StringBuilder();
        text.Append(Head).Append('\n')
            .Append(CultureInfo.InvariantCulture, $"REPORT_URL={ShellText.Quote(script.ReportUrl.AbsoluteUri)}\n")
            .Append(CultureInfo.InvariantCulture, $"REPORT_RETRIES={script.ReportRetries}\n")
            .Append(CultureInfo.InvariantCulture, $"REPORT_PATH={ShellText.Quote(script.ReportPath)}\n")
            .Append(CultureInfo.InvariantCulture, $"LOG_PATH={ShellText.Quote(script.LogPath)}\n")
            .Append(Body).Append('\n');

        foreach (var phase in script.Phases)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{FunctionOf(phase)}() (\nexec >>\"$LOG_PATH\" 2>&1\n{phase.Script.TrimEnd('\n')}\n)\n");
        }

        text.Append('\n');
        foreach (var phase in script.Phases)
        {
            text.Append(CultureInfo.InvariantCulture, $"run_phase {phase.Name} {FunctionOf(phase)}\n");
        }

        return text.Append("PHASE=ready\n").ToString();
    }

    private static string FunctionOf(BootPhase phase) => $"phase_{phase.Name.Replace('-', '_')}";

    private const string Head = """
        #!/bin/bash
        # First boot: phases in order, then one report. Written by Slipway.CloudInit; changes here are not kept.
        set -Eeuo pipefail
        umask 077
        exec </dev/null
        export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 HOME="${HOME:-/root}"
        """;

    private const string Body = """
        export REPORT_FIELDS="$REPORT_PATH.fields"
        FAILED_LINE="$REPORT_PATH.line"
        PHASE=start
        COPIED=0

        # Copies what was logged since the last copy to standard output, which cloud-init keeps in its own log.
        copy_log() {
          local size
          size=$(stat -c %s -- "$LOG_PATH")
          tail -c "+$((COPIED + 1))" -- "$LOG_PATH" || :
          COPIED=$size
        }

        log_tail() {
          tail -n 40 -- "$LOG_PATH" | tail -c 4096 | iconv -c -f UTF-8 -t UTF-8 | tr -d '\000-\010\013-\037\177'
        }

        # Keeps the fields on disk, then sends them. The configuration on standard input keeps address and values out of curl's arguments.
        report() {
          local fields=("$@") field
          while IFS= read -r field || [[ -n $field ]]; do
            [[ $field =~ ^(phase|status|exit_code|line|log_tail)= ]] && continue
            [[ $field =~ ^[A-Za-z_][A-Za-z0-9_]*= ]] && fields+=("$field")
          done < <(head -c 4096 -- "$REPORT_FIELDS")

          local kept='' form=''
          for field in "${fields[@]}"; do
            field=${field//\\/\\\\}
            field=${field//$'\n'/\\n}
            kept+="$field"$'\n'
            field=${field//\"/\\\"}
            form+="data-urlencode = \"${field//$'\t'/\\t}\""$'\n'
          done
          rm -f -- "$REPORT_PATH.new"
          printf '%s' "$kept" >"$REPORT_PATH.new" && mv -f -- "$REPORT_PATH.new" "$REPORT_PATH"
          printf 'url = "%s"\n%s' "$REPORT_URL" "$form" |
            curl --config - --globoff --silent --show-error --fail --output /dev/null --max-time 10 --retry "$REPORT_RETRIES" --retry-all-errors ||
            echo "The report did not arrive; it is kept in $REPORT_PATH." | tee -a -- "$LOG_PATH" >&2
        }

        on_error() {
          [[ -s $FAILED_LINE ]] || echo "$1" >"$FAILED_LINE"
        }

        on_exit() {
          local code=$1
          trap - ERR EXIT
          set +e
          if [[ $PHASE == ready ]]; then
            report phase=ready status=ok
          else
            ((code != 0)) || code=1
            copy_log
            report "phase=$PHASE" status=failed "exit_code=$code" "line=$(cat -- "$FAILED_LINE")" "log_tail=$(log_tail)"
          fi
          rm -f -- "$FAILED_LINE" "$REPORT_FIELDS"
          exit "$code"
        }

        run_phase() {
          PHASE=$1
          echo "--- $1" >>"$LOG_PATH"
          "$2"
          copy_log
        }

        mkdir -p -- "$(dirname -- "$REPORT_PATH")" "$(dirname -- "$LOG_PATH")"
        rm -f -- "$REPORT_PATH" "$FAILED_LINE" "$REPORT_FIELDS" "$LOG_PATH"
        touch -- "$FAILED_LINE" "$REPORT_FIELDS" "$LOG_PATH"
        trap 'on_error "$LINENO"' ERR
        trap 'on_exit "$?"' EXIT
        """;
}
