"""Countries as the systems write them: ISO 3166 with two letters, or with three."""

THREE_LETTERS = {
    "US": "USA", "CA": "CAN", "MX": "MEX", "GB": "GBR", "DE": "DEU", "FR": "FRA", "NL": "NLD", "BE": "BEL",
    "ES": "ESP", "IT": "ITA", "IE": "IRL", "CH": "CHE", "AT": "AUT", "PL": "POL", "CZ": "CZE", "SE": "SWE",
    "DK": "DNK", "NO": "NOR", "FI": "FIN", "PT": "PRT", "CN": "CHN", "JP": "JPN", "KR": "KOR", "TW": "TWN",
    "IN": "IND", "SG": "SGP", "MY": "MYS", "TH": "THA", "VN": "VNM", "AU": "AUS", "NZ": "NZL", "BR": "BRA",
}  # fmt: skip
TWO_LETTERS = {three: two for two, three in THREE_LETTERS.items()}
