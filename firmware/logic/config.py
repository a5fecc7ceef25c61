# What is set for one device before it starts. Nothing changes it afterwards.


class Config:
    def __init__(
        self,
        user_id: str,
        device_id: str,
        *,
        water_poll_s: int = 30,
        prompt_poll_s: int = 20,
        pomodoro_poll_s: int = 10,
        use_next_poll: bool = False,
        http_timeout_ms: int = 8_000,
        pairs: bool = False,
        firmware_version: str = "1.0.0",
        camera_url: str = "",
    ) -> None:
        self.user_id = user_id
        self.device_id = device_id
        self.water_poll_s = water_poll_s
        self.prompt_poll_s = prompt_poll_s
        self.pomodoro_poll_s = pomodoro_poll_s
        # Whether the server's next_poll_s stands in for the three periods above.
        self.use_next_poll = use_next_poll
        self.http_timeout_ms = http_timeout_ms
        # Whether it asks with a token, for which it must be paired first.
        self.pairs = pairs
        self.firmware_version = firmware_version
        # Where people find the picture of the camera beside the pet; "" without one.
        self.camera_url = camera_url
