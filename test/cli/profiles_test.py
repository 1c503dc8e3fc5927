"""Which cluster a command speaks to, and with which properties: the command line, profiles, the environment."""

import signal
import subprocess

from cli import NOT_FOUND, UNREACHABLE, USAGE, Cli

NOWHERE = "127.0.0.1:1"


class Profiles(Cli):
    """There are two profiles: there, and nowhere, which was made last and so is in use."""

    def setUp(self):
        self.own = {"XDG_CONFIG_HOME": f"{self.home.name}/{self.fresh('config')}", "WEIR_BROKERS": None}
        self.does("profile", "create", "there", "-b", self.brokers, "-X", "client.id=of-the-profile", variables=self.own)
        self.does("profile", "create", "nowhere", "-b", NOWHERE, variables=self.own)

    def reaches(self, *words, **variables):
        return self.does("topic", "list", *words, variables={**self.own, **variables})

    def reaches_nobody(self, *words, **variables):
        self.ends(UNREACHABLE, "topic", "list", "--timeout", "300ms", *words, variables={**self.own, **variables}, says=NOWHERE)

    def test_the_profile_in_use_counts_where_nothing_else_is_said(self):
        self.reaches_nobody()
        self.does("profile", "use", "there", variables=self.own)
        self.reaches()
        rows = self.does("profile", "list", "--format", "json", variables=self.own).json()
        self.assertEqual([(row["name"], row["current"]) for row in rows], [("nowhere", False), ("there", True)])

    def test_weir_profile_counts_before_the_profile_in_use(self):
        self.reaches(WEIR_PROFILE="there")
        self.does("profile", "use", "there", variables=self.own)
        self.reaches_nobody(WEIR_PROFILE="nowhere")
        self.ends(USAGE, "topic", "list", variables={**self.own, "WEIR_PROFILE": "theer"}, says=["theer", "weir profile list"])

    def test_what_is_said_nearest_to_the_command_counts(self):
        self.reaches(WEIR_BROKERS=self.brokers)
        self.reaches_nobody(WEIR_BROKERS=NOWHERE, WEIR_PROFILE="there")
        self.reaches("--profile", "there", WEIR_BROKERS=NOWHERE)
        self.reaches_nobody("--profile", "nowhere", WEIR_BROKERS=self.brokers, WEIR_PROFILE="there")
        self.reaches("-b", self.brokers, "--profile", "nowhere", WEIR_BROKERS=NOWHERE)
        self.reaches_nobody("-b", NOWHERE, "--profile", "there")

    def test_a_profile_that_is_deleted_or_not_there(self):
        self.does("profile", "delete", "nowhere", variables=self.own)
        rows = self.does("profile", "list", "--format", "json", variables=self.own).json()
        expected = {"name": "there", "current": False, "brokers": self.brokers, "properties": ["client.id=of-the-profile"]}
        self.assertEqual(rows, [expected])
        for verb in ("use", "delete"):
            self.ends(NOT_FOUND, "profile", verb, "nowhere", variables=self.own, says="nowhere")

    def test_properties_of_the_profile_have_their_effect_and_the_command_line_overrides_them(self):
        topic = self.filled(["x"])
        for words, client_id in (((), "of-the-profile"), (("-X", "client.id=of-the-line"), "of-the-line")):
            group = self.fresh("group")
            started = self.start("consume", topic, "-g", group, "--profile", "there", *words, variables=self.own, stdout=subprocess.PIPE)
            self.assertEqual(started.stdout.readline(), b"x\n")
            (row,) = self.does("group", "members", group, "--format", "json").json()
            self.assertEqual(row["client_id"], client_id)
            started.send_signal(signal.SIGINT)
            started.wait(60)
        self.ends(USAGE, "profile", "create", "bad", "-b", NOWHERE, "-X", "client.idd=x", variables=self.own, says=["client.idd", "client.id"])
