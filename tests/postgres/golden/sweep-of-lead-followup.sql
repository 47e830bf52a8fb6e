WITH open_touches AS /* the open touches of the process */ (
  SELECT touches.id AS id,
  touches.process AS process,
  touches.subject_kind AS subject_kind,
  touches.subject_id AS subject_id,
  touches.anchor_at AS anchor_at,
  touches.step AS step,
  touches.kind AS kind,
  touches.purpose AS purpose,
  touches.priority AS priority,
  touches.obligation AS obligation,
  touches.works_holidays AS works_holidays,
  touches.store_id AS store_id,
  touches.customer_id AS customer_id,
  touches.policy_version_id AS policy_version_id,
  touches.template_version_id AS template_version_id,
  touches.channels AS channels,
  touches.conditions AS conditions,
  touches.role AS role,
  touches.approval AS approval,
  touches.effects AS effects,
  touches.series AS series,
  touches.due_at AS due_at,
  touches.valid_until AS valid_until,
  touches.not_before AS not_before,
  touches.state AS state,
  touches.state_at AS state_at,
  touches.gate AS gate,
  touches.reason AS reason,
  touches.reason_figures AS reason_figures,
  touches.figures AS figures,
  touches.planned_at AS planned_at,
  touches.planned_by AS planned_by,
  touches.approved_at AS approved_at,
  touches.approved_by AS approved_by,
  touches.claimed_by AS claimed_by,
  touches.contacted_at AS contacted_at,
  touches.channel AS channel,
  touches.contact_point_id AS contact_point_id,
  touches.resendable AS resendable,
  touches.attempts AS attempts,
  touches.provider AS provider,
  touches.message_id AS message_id,
  touches.merged_into AS merged_into,
  touches.subject_line AS subject_line,
  touches.body AS body,
  touches.delivered_at AS delivered_at,
  touches.assigned_to AS assigned_to,
  touches.owner_until AS owner_until,
  touches.held_by AS held_by,
  touches.held_until AS held_until,
  touches.outcome AS outcome
  FROM touches
  WHERE touches.process = 'lead-followup'
  AND touches.state IN ('planned', 'awaiting-approval', 'ready')
  AND NOT touches.resendable
),
lead_once AS MATERIALIZED /* the facts of each lead that a touch is about */ (
  SELECT leads.id AS subject_id,
  leads.store_id AS store_id,
  leads.customer_id AS customer_id,
  stores.time_zone AS time_zone,
  coalesce(own_languages.language, stores.language) AS language,
  stores.today AS today,
  customers.name AS customer,
  customers.salutation AS salutation,
  stores.name AS store,
  stores.phone AS store_phone,
  greatest(
    coalesce(leads.came_in_at, timezone(stores.time_zone, leads.created_on + '00:00:00')),
    greatest(
      CASE
      WHEN (leads.contacted_on <= stores.today) THEN timezone(stores.time_zone, leads.contacted_on + '00:00:00') END,
      (
        SELECT max(call_attempts.attempted_at) AS max_1
        FROM call_attempts
        JOIN touches ON touches.id = call_attempts.touch_id
        WHERE touches.customer_id = leads.customer_id
        AND touches.subject_kind = 'lead'
        AND touches.subject_id = leads.id
        AND call_attempts.outcome IN (
          'refuses-to-pay',
          'reached-satisfied',
          'reached-not-satisfied',
          'reached',
          'promised',
          'refuses-contact',
          'callback',
          'done-elsewhere',
          'interested',
          'lost',
          'order-placed',
          'postponed',
          'test-drive-agreed',
          'not-any-more',
          'wants-trade-in'
        )
        AND call_attempts.attempted_at <= :param
      ),
      timezone(
        stores.time_zone,
        (
          SELECT max(showroom_visits.visited_on) AS max_2
          FROM showroom_visits
          WHERE showroom_visits.lead_id = leads.id
          AND showroom_visits.visited_on <= stores.today
        ) + '00:00:00'
      )
    )
  ) AS anchor_at,
  coalesce(leads.came_in_at, timezone(stores.time_zone, leads.created_on + '00:00:00')) AS "came-in",
  leads.first_contact_by AS "first-contact-by",
  timezone(stores.time_zone, coalesce(leads.urgency_on, leads.created_on) + '00:00:00') AS "class-set",
  timezone(stores.time_zone, leads.postponed_to + '00:00:00') AS "postponed-to",
  CASE
  WHEN (
    CASE WHEN (leads.state_on > stores.today) THEN 'open' ELSE leads.state END = 'lost'
  ) THEN timezone(stores.time_zone, leads.state_on + '00:00:00') END AS lost,
  greatest(
    CASE
    WHEN (leads.contacted_on <= stores.today) THEN timezone(stores.time_zone, leads.contacted_on + '00:00:00') END,
    (
      SELECT max(call_attempts.attempted_at) AS max_1
      FROM call_attempts
      JOIN touches ON touches.id = call_attempts.touch_id
      WHERE touches.customer_id = leads.customer_id
      AND touches.subject_kind = 'lead'
      AND touches.subject_id = leads.id
      AND call_attempts.outcome IN (
        'refuses-to-pay',
        'reached-satisfied',
        'reached-not-satisfied',
        'reached',
        'promised',
        'refuses-contact',
        'callback',
        'done-elsewhere',
        'interested',
        'lost',
        'order-placed',
        'postponed',
        'test-drive-agreed',
        'not-any-more',
        'wants-trade-in'
      )
      AND call_attempts.attempted_at <= :param
    ),
    timezone(
      stores.time_zone,
      (
        SELECT max(showroom_visits.visited_on) AS max_2
        FROM showroom_visits
        WHERE showroom_visits.lead_id = leads.id
        AND showroom_visits.visited_on <= stores.today
      ) + '00:00:00'
    )
  ) AS contact_at,
  CASE
  WHEN (leads.state_on > stores.today) THEN 'open'
  ELSE leads.state END AS state,
  CASE
  WHEN (leads.state_on > stores.today) THEN 'open'
  ELSE leads.state END = 'open'
  AND leads.urgency = 'O'
  AND (
    EXISTS (
      SELECT :param AS anon_5
      FROM handovers
      WHERE handovers.customer_id = leads.customer_id
      AND handovers.handed_over_on BETWEEN leads.created_on
      AND stores.today
    )
  ) AS won,
  coalesce(leads.postponed_to > stores.today, FALSE) AS postponed,
  leads.urgency AS urgency,
  leads.model AS model,
  leads.source AS source,
  leads.created_on AS created_on,
  leads.deposit AS deposit,
  leads.currency AS currency,
  leads.lost_reason AS lost_reason,
  staff.name AS salesperson
  FROM leads
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :param) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = leads.store_id
  LEFT OUTER JOIN (
    SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
  ) AS own_languages ON own_languages.id = leads.customer_id
  LEFT OUTER JOIN customers ON customers.id = leads.customer_id
  LEFT OUTER JOIN staff ON staff.id = leads.salesperson_id
  WHERE coalesce(leads.came_in_at, timezone(stores.time_zone, leads.created_on + '00:00:00')) <= :param
  AND leads.id IN (
    SELECT open_touches.subject_id FROM open_touches WHERE coalesce(open_touches.subject_kind = 'lead', FALSE)
  )
),
ended AS /* open touches whose reason has gone or whose time has passed */ (
  SELECT judged.touch_id AS touch_id,
  CASE
  WHEN judged.moved THEN 'superseded'
  WHEN (judged.gone IS NOT NULL) THEN 'cancelled'
  WHEN (judged.state = 'ready') THEN 'missed'
  ELSE 'skipped' END AS state,
  CASE
  WHEN judged.moved THEN 'anchor'
  WHEN (judged.gone IS NOT NULL) THEN 'facts'
  ELSE 'validity' END AS gate,
  CASE
  WHEN judged.moved THEN 'date-moved'
  WHEN (judged.gone IS NOT NULL) THEN judged.gone
  WHEN (judged.state = 'ready') THEN 'undone-in-time'
  ELSE 'time-passed' END AS reason,
  coalesce(judged.figures, jsonb_build_object()) AS figures
  FROM (
    SELECT open_touches.id AS touch_id,
    open_touches.state AS state,
    coalesce(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_4
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'lead'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN (
        'lead-open' = ANY (open_touches.conditions) AND (lead_now.state = 'won' OR lead_now.won)
      ) THEN 'lead-won'
      WHEN ('lead-open' = ANY (open_touches.conditions) AND lead_now.state = 'lost') THEN 'lead-is-lost'
      WHEN ('lead-open' = ANY (open_touches.conditions) AND lead_now.state = 'expired') THEN 'lead-expired'
      WHEN ('lead-open' = ANY (open_touches.conditions) AND lead_now.postponed) THEN 'lead-postponed'
      WHEN ('lead-lost' = ANY (open_touches.conditions) AND lead_now.state != 'lost') THEN 'lead-still-open'
      WHEN (
        'lead-uncontacted' = ANY (open_touches.conditions) AND lead_now.contact_at IS NOT NULL
      ) THEN 'lead-contacted'
      WHEN ('ordered' = ANY (open_touches.conditions) AND lead_now.urgency != 'O') THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-week' = ANY (open_touches.conditions) AND lead_now.urgency != 'H'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-month' = ANY (open_touches.conditions) AND lead_now.urgency != 'A'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-three-months' = ANY (open_touches.conditions) AND lead_now.urgency != 'B'
      ) THEN 'lead-of-another-class' END END IS NULL
      AND CASE
      WHEN (open_touches.series IS NOT NULL) THEN NOT (
        coalesce(
          (
            CAST(
              (
                (
                  EXTRACT(year FROM timezone(lead_now.time_zone, open_touches.anchor_at)) - EXTRACT(
                    year
                    FROM timezone(
                      lead_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'first-contact-by'
                      ) THEN lead_now."first-contact-by"
                      WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                      WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
                      WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                      ELSE lead_now.anchor_at END
                    )
                  )
                ) * :param + EXTRACT(month FROM timezone(lead_now.time_zone, open_touches.anchor_at))
              ) - EXTRACT(
                month
                FROM timezone(
                  lead_now.time_zone,
                  CASE
                  WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                  WHEN ((open_touches.series ->> 'counts_from') = 'first-contact-by') THEN lead_now."first-contact-by"
                  WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                  WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
                  WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                  ELSE lead_now.anchor_at END
                )
              ) AS INTEGER
            ) - CASE
            WHEN (
              CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
              AND EXTRACT(day FROM timezone(lead_now.time_zone, open_touches.anchor_at)) < EXTRACT(
                day
                FROM timezone(
                  lead_now.time_zone,
                  CASE
                  WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                  WHEN ((open_touches.series ->> 'counts_from') = 'first-contact-by') THEN lead_now."first-contact-by"
                  WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                  WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
                  WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                  ELSE lead_now.anchor_at END
                )
              )
            ) THEN :param
            ELSE :param END
          ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
          (
            CAST(timezone(lead_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
              timezone(
                lead_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                WHEN ((open_touches.series ->> 'counts_from') = 'first-contact-by') THEN lead_now."first-contact-by"
                WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
                WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                ELSE lead_now.anchor_at END
              ) AS DATE
            )
          ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
        ) >= :coalesce
        AND CASE
        WHEN (
          coalesce(
            (
              CAST(
                (
                  (
                    EXTRACT(
                      year FROM timezone(lead_now.time_zone, open_touches.anchor_at)
                    ) - EXTRACT(
                      year
                      FROM timezone(
                        lead_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'first-contact-by'
                        ) THEN lead_now."first-contact-by"
                        WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                        WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
                        WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                        ELSE lead_now.anchor_at END
                      )
                    )
                  ) * :param + EXTRACT(
                    month FROM timezone(lead_now.time_zone, open_touches.anchor_at)
                  )
                ) - EXTRACT(
                  month
                  FROM timezone(
                    lead_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                    WHEN ((open_touches.series ->> 'counts_from') = 'first-contact-by') THEN lead_now."first-contact-by"
                    WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                    WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
                    WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                    ELSE lead_now.anchor_at END
                  )
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(day FROM timezone(lead_now.time_zone, open_touches.anchor_at)) < EXTRACT(
                  day
                  FROM timezone(
                    lead_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                    WHEN ((open_touches.series ->> 'counts_from') = 'first-contact-by') THEN lead_now."first-contact-by"
                    WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                    WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
                    WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                    ELSE lead_now.anchor_at END
                  )
                )
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(lead_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
                timezone(
                  lead_now.time_zone,
                  CASE
                  WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                  WHEN ((open_touches.series ->> 'counts_from') = 'first-contact-by') THEN lead_now."first-contact-by"
                  WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                  WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
                  WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                  ELSE lead_now.anchor_at END
                ) AS DATE
              )
            ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
          ) = :coalesce
        ) THEN CASE
        WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
        WHEN ((open_touches.series ->> 'counts_from') = 'first-contact-by') THEN lead_now."first-contact-by"
        WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
        WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
        WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
        ELSE lead_now.anchor_at END
        ELSE timezone(
          lead_now.time_zone,
          timezone(
            lead_now.time_zone,
            CASE
            WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
            WHEN ((open_touches.series ->> 'counts_from') = 'first-contact-by') THEN lead_now."first-contact-by"
            WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
            WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
            WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
            ELSE lead_now.anchor_at END
          ) + make_interval(
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(lead_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year
                        FROM timezone(
                          lead_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'first-contact-by'
                          ) THEN lead_now."first-contact-by"
                          WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'postponed-to'
                          ) THEN lead_now."postponed-to"
                          WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                          ELSE lead_now.anchor_at END
                        )
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(lead_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month
                    FROM timezone(
                      lead_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'first-contact-by'
                      ) THEN lead_now."first-contact-by"
                      WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                      WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
                      WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                      ELSE lead_now.anchor_at END
                    )
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(day FROM timezone(lead_now.time_zone, open_touches.anchor_at)) < EXTRACT(
                    day
                    FROM timezone(
                      lead_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'first-contact-by'
                      ) THEN lead_now."first-contact-by"
                      WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                      WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
                      WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                      ELSE lead_now.anchor_at END
                    )
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(timezone(lead_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
                  timezone(
                    lead_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                    WHEN ((open_touches.series ->> 'counts_from') = 'first-contact-by') THEN lead_now."first-contact-by"
                    WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                    WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
                    WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                    ELSE lead_now.anchor_at END
                  ) AS DATE
                )
              ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((open_touches.series ->> 'months') AS INTEGER),
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(lead_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year
                        FROM timezone(
                          lead_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'first-contact-by'
                          ) THEN lead_now."first-contact-by"
                          WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'postponed-to'
                          ) THEN lead_now."postponed-to"
                          WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                          ELSE lead_now.anchor_at END
                        )
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(lead_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month
                    FROM timezone(
                      lead_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'first-contact-by'
                      ) THEN lead_now."first-contact-by"
                      WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                      WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
                      WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                      ELSE lead_now.anchor_at END
                    )
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(day FROM timezone(lead_now.time_zone, open_touches.anchor_at)) < EXTRACT(
                    day
                    FROM timezone(
                      lead_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'first-contact-by'
                      ) THEN lead_now."first-contact-by"
                      WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                      WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
                      WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                      ELSE lead_now.anchor_at END
                    )
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(timezone(lead_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
                  timezone(
                    lead_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                    WHEN ((open_touches.series ->> 'counts_from') = 'first-contact-by') THEN lead_now."first-contact-by"
                    WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                    WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
                    WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                    ELSE lead_now.anchor_at END
                  ) AS DATE
                )
              ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((open_touches.series ->> 'days') AS INTEGER)
          ) + CASE
          WHEN (
            CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
            AND CAST((open_touches.series ->> 'months') AS INTEGER) > :param
            AND EXTRACT(
              day
              FROM timezone(
                lead_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                WHEN ((open_touches.series ->> 'counts_from') = 'first-contact-by') THEN lead_now."first-contact-by"
                WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
                WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                ELSE lead_now.anchor_at END
              ) + make_interval(
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(lead_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year
                            FROM timezone(
                              lead_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'came-in'
                              ) THEN lead_now."came-in"
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'first-contact-by'
                              ) THEN lead_now."first-contact-by"
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'class-set'
                              ) THEN lead_now."class-set"
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'postponed-to'
                              ) THEN lead_now."postponed-to"
                              WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                              ELSE lead_now.anchor_at END
                            )
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(lead_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month
                        FROM timezone(
                          lead_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'first-contact-by'
                          ) THEN lead_now."first-contact-by"
                          WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'postponed-to'
                          ) THEN lead_now."postponed-to"
                          WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                          ELSE lead_now.anchor_at END
                        )
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(lead_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day
                        FROM timezone(
                          lead_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'first-contact-by'
                          ) THEN lead_now."first-contact-by"
                          WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'postponed-to'
                          ) THEN lead_now."postponed-to"
                          WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                          ELSE lead_now.anchor_at END
                        )
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(timezone(lead_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
                      timezone(
                        lead_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'first-contact-by'
                        ) THEN lead_now."first-contact-by"
                        WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                        WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
                        WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                        ELSE lead_now.anchor_at END
                      ) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'months') AS INTEGER),
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(lead_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year
                            FROM timezone(
                              lead_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'came-in'
                              ) THEN lead_now."came-in"
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'first-contact-by'
                              ) THEN lead_now."first-contact-by"
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'class-set'
                              ) THEN lead_now."class-set"
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'postponed-to'
                              ) THEN lead_now."postponed-to"
                              WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                              ELSE lead_now.anchor_at END
                            )
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(lead_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month
                        FROM timezone(
                          lead_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'first-contact-by'
                          ) THEN lead_now."first-contact-by"
                          WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'postponed-to'
                          ) THEN lead_now."postponed-to"
                          WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                          ELSE lead_now.anchor_at END
                        )
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(lead_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day
                        FROM timezone(
                          lead_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'first-contact-by'
                          ) THEN lead_now."first-contact-by"
                          WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'postponed-to'
                          ) THEN lead_now."postponed-to"
                          WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                          ELSE lead_now.anchor_at END
                        )
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(timezone(lead_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
                      timezone(
                        lead_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'first-contact-by'
                        ) THEN lead_now."first-contact-by"
                        WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                        WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
                        WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                        ELSE lead_now.anchor_at END
                      ) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'days') AS INTEGER)
              )
            ) < EXTRACT(
              day
              FROM timezone(
                lead_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'came-in') THEN lead_now."came-in"
                WHEN ((open_touches.series ->> 'counts_from') = 'first-contact-by') THEN lead_now."first-contact-by"
                WHEN ((open_touches.series ->> 'counts_from') = 'class-set') THEN lead_now."class-set"
                WHEN ((open_touches.series ->> 'counts_from') = 'postponed-to') THEN lead_now."postponed-to"
                WHEN ((open_touches.series ->> 'counts_from') = 'lost') THEN lead_now.lost
                ELSE lead_now.anchor_at END
              )
            )
          ) THEN '1 day, 0:00:00'
          ELSE '0:00:00' END
        ) END = open_touches.anchor_at
      )
      ELSE open_touches.anchor_at != lead_now.anchor_at END,
      FALSE
    ) AS moved,
    CASE
    WHEN (lead_now.subject_id IS NULL) THEN 'subject-gone'
    ELSE CAST(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_4
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'lead'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN (
        'lead-open' = ANY (open_touches.conditions) AND (lead_now.state = 'won' OR lead_now.won)
      ) THEN 'lead-won'
      WHEN ('lead-open' = ANY (open_touches.conditions) AND lead_now.state = 'lost') THEN 'lead-is-lost'
      WHEN ('lead-open' = ANY (open_touches.conditions) AND lead_now.state = 'expired') THEN 'lead-expired'
      WHEN ('lead-open' = ANY (open_touches.conditions) AND lead_now.postponed) THEN 'lead-postponed'
      WHEN ('lead-lost' = ANY (open_touches.conditions) AND lead_now.state != 'lost') THEN 'lead-still-open'
      WHEN (
        'lead-uncontacted' = ANY (open_touches.conditions) AND lead_now.contact_at IS NOT NULL
      ) THEN 'lead-contacted'
      WHEN ('ordered' = ANY (open_touches.conditions) AND lead_now.urgency != 'O') THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-week' = ANY (open_touches.conditions) AND lead_now.urgency != 'H'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-month' = ANY (open_touches.conditions) AND lead_now.urgency != 'A'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-three-months' = ANY (open_touches.conditions) AND lead_now.urgency != 'B'
      ) THEN 'lead-of-another-class' END END AS TEXT
    ) END AS gone,
    open_touches.valid_until <= :param AS passed,
    jsonb_build_object(
      'urgency',
      lead_now.urgency,
      'lead_state',
      lead_now.state,
      'came_in',
      lead_now."came-in",
      'last_contact',
      lead_now.contact_at
    ) AS figures
    FROM open_touches
    JOIN policy_versions ON policy_versions.id = open_touches.policy_version_id
    LEFT OUTER JOIN (
      SELECT lead_once.subject_id AS subject_id,
      lead_once.store_id AS store_id,
      lead_once.customer_id AS customer_id,
      lead_once.time_zone AS time_zone,
      lead_once.language AS language,
      lead_once.today AS today,
      lead_once.customer AS customer,
      lead_once.salutation AS salutation,
      lead_once.store AS store,
      lead_once.store_phone AS store_phone,
      lead_once.anchor_at AS anchor_at,
      lead_once."came-in" AS "came-in",
      lead_once."first-contact-by" AS "first-contact-by",
      lead_once."class-set" AS "class-set",
      lead_once."postponed-to" AS "postponed-to",
      lead_once.lost AS lost,
      lead_once.contact_at AS contact_at,
      lead_once.state AS state,
      lead_once.won AS won,
      lead_once.postponed AS postponed,
      lead_once.urgency AS urgency,
      lead_once.model AS model,
      lead_once.source AS source,
      lead_once.created_on AS created_on,
      lead_once.deposit AS deposit,
      lead_once.currency AS currency,
      lead_once.lost_reason AS lost_reason,
      lead_once.salesperson AS salesperson
      FROM lead_once
    ) AS lead_now ON lead_now.subject_id = open_touches.subject_id
    WHERE coalesce(open_touches.subject_kind = 'lead', FALSE)
  ) AS judged
  WHERE judged.moved
  OR judged.gone IS NOT NULL
  OR judged.passed
),
changed AS /* those touches in the state in which they end */ (
  UPDATE touches
  SET state=ended.state,
  state_at=:param,
  gate=ended.gate,
  reason=ended.reason,
  reason_figures=NULL
  FROM ended
  WHERE (
    coalesce(touches.state IN ('awaiting-approval', 'planned', 'ready'), false)
    AND ended.state IN ('superseded', 'cancelled')
    OR coalesce(touches.state IN ('awaiting-approval', 'planned'), false)
    AND ended.state IN ('skipped')
    OR coalesce(touches.state IN ('ready'), false)
    AND ended.state IN ('missed')
  )
  AND touches.id = ended.touch_id
  RETURNING touches.id,
  touches.state,
  touches.reason
),
recorded AS /* the verdicts on what ended, written down */ (
  INSERT INTO verdicts (touch_id, gate, decision, reason, figures, decided_at, run_id)
  SELECT ended.touch_id AS touch_id,
  ended.gate AS gate,
  'stop' AS anon_1,
  ended.reason AS reason,
  ended.figures AS figures,
  :param AS anon_2,
  NULL AS anon_3
  FROM ended
  JOIN changed ON changed.id = ended.touch_id
)
SELECT changed.state,
changed.reason,
count(*) AS touches
FROM changed
GROUP BY changed.state,
changed.reason;

WITH anon_11 AS /* the facts of each subject that a step may be due for */ (
  SELECT known.subject_id AS subject_id,
  known.store_id AS store_id,
  known.customer_id AS customer_id,
  known.time_zone AS time_zone,
  known.language AS language,
  known.today AS today,
  known.anchor_at AS anchor_at,
  known."came-in" AS "came-in",
  known."first-contact-by" AS "first-contact-by",
  known."class-set" AS "class-set",
  known."postponed-to" AS "postponed-to",
  known.lost AS lost,
  known.contact_at AS contact_at,
  known.state AS state,
  known.won AS won,
  known.postponed AS postponed,
  known.urgency AS urgency,
  known.created_on AS created_on
  FROM (
    SELECT leads.id AS subject_id,
    leads.store_id AS store_id,
    leads.customer_id AS customer_id,
    stores.time_zone AS time_zone,
    coalesce(own_languages.language, stores.language) AS language,
    stores.today AS today,
    customers.name AS customer,
    customers.salutation AS salutation,
    stores.name AS store,
    stores.phone AS store_phone,
    greatest(
      coalesce(
        leads.came_in_at, timezone(stores.time_zone, leads.created_on + '00:00:00')
      ),
      greatest(
        CASE
        WHEN (leads.contacted_on <= stores.today) THEN timezone(stores.time_zone, leads.contacted_on + '00:00:00') END,
        (
          SELECT max(call_attempts.attempted_at) AS max_1
          FROM call_attempts
          JOIN touches ON touches.id = call_attempts.touch_id
          WHERE touches.customer_id = leads.customer_id
          AND touches.subject_kind = 'lead'
          AND touches.subject_id = leads.id
          AND call_attempts.outcome IN (
            'refuses-to-pay',
            'reached-satisfied',
            'reached-not-satisfied',
            'reached',
            'promised',
            'refuses-contact',
            'callback',
            'done-elsewhere',
            'interested',
            'lost',
            'order-placed',
            'postponed',
            'test-drive-agreed',
            'not-any-more',
            'wants-trade-in'
          )
          AND call_attempts.attempted_at <= :param
        ),
        timezone(
          stores.time_zone,
          (
            SELECT max(showroom_visits.visited_on) AS max_2
            FROM showroom_visits
            WHERE showroom_visits.lead_id = leads.id
            AND showroom_visits.visited_on <= stores.today
          ) + '00:00:00'
        )
      )
    ) AS anchor_at,
    coalesce(leads.came_in_at, timezone(stores.time_zone, leads.created_on + '00:00:00')) AS "came-in",
    leads.first_contact_by AS "first-contact-by",
    timezone(stores.time_zone, coalesce(leads.urgency_on, leads.created_on) + '00:00:00') AS "class-set",
    timezone(stores.time_zone, leads.postponed_to + '00:00:00') AS "postponed-to",
    CASE
    WHEN (
      CASE WHEN (leads.state_on > stores.today) THEN 'open' ELSE leads.state END = 'lost'
    ) THEN timezone(stores.time_zone, leads.state_on + '00:00:00') END AS lost,
    greatest(
      CASE
      WHEN (leads.contacted_on <= stores.today) THEN timezone(stores.time_zone, leads.contacted_on + '00:00:00') END,
      (
        SELECT max(call_attempts.attempted_at) AS max_1
        FROM call_attempts
        JOIN touches ON touches.id = call_attempts.touch_id
        WHERE touches.customer_id = leads.customer_id
        AND touches.subject_kind = 'lead'
        AND touches.subject_id = leads.id
        AND call_attempts.outcome IN (
          'refuses-to-pay',
          'reached-satisfied',
          'reached-not-satisfied',
          'reached',
          'promised',
          'refuses-contact',
          'callback',
          'done-elsewhere',
          'interested',
          'lost',
          'order-placed',
          'postponed',
          'test-drive-agreed',
          'not-any-more',
          'wants-trade-in'
        )
        AND call_attempts.attempted_at <= :param
      ),
      timezone(
        stores.time_zone,
        (
          SELECT max(showroom_visits.visited_on) AS max_2
          FROM showroom_visits
          WHERE showroom_visits.lead_id = leads.id
          AND showroom_visits.visited_on <= stores.today
        ) + '00:00:00'
      )
    ) AS contact_at,
    CASE
    WHEN (leads.state_on > stores.today) THEN 'open'
    ELSE leads.state END AS state,
    CASE
    WHEN (leads.state_on > stores.today) THEN 'open'
    ELSE leads.state END = 'open'
    AND leads.urgency = 'O'
    AND (
      EXISTS (
        SELECT :param AS anon_12
        FROM handovers
        WHERE handovers.customer_id = leads.customer_id
        AND handovers.handed_over_on BETWEEN leads.created_on
        AND stores.today
      )
    ) AS won,
    coalesce(leads.postponed_to > stores.today, FALSE) AS postponed,
    leads.urgency AS urgency,
    leads.model AS model,
    leads.source AS source,
    leads.created_on AS created_on,
    leads.deposit AS deposit,
    leads.currency AS currency,
    leads.lost_reason AS lost_reason,
    staff.name AS salesperson
    FROM leads
    JOIN (
      SELECT stores.id AS id,
      stores.time_zone AS time_zone,
      stores.language AS language,
      stores.name AS name,
      stores.phone AS phone,
      CAST(timezone(stores.time_zone, :param) AS DATE) AS today
      FROM stores
      LIMIT ALL OFFSET :param
    ) AS stores ON stores.id = leads.store_id
    LEFT OUTER JOIN (
      SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
    ) AS own_languages ON own_languages.id = leads.customer_id
    LEFT OUTER JOIN customers ON customers.id = leads.customer_id
    LEFT OUTER JOIN staff ON staff.id = leads.salesperson_id
    WHERE coalesce(leads.came_in_at, timezone(stores.time_zone, leads.created_on + '00:00:00')) <= :param
    AND (
      leads.state = 'open'
      OR leads.state != 'open'
      AND (
        leads.state_on BETWEEN '2026-02-26' AND '2026-03-12' OR leads.state_on >= '2026-03-09'
      )
    )
    AND leads.store_id IN (:store_id_1)
  ) AS known
),
looked_at AS /* each subject and step in the span: when it is due, and why it is not wanted */ (
  SELECT population.step AS step,
  population.subject_id AS subject_id,
  population.anchor_at AS anchor_at,
  population.store_id AS store_id,
  population.customer_id AS customer_id,
  population.template_version_id AS template_version_id,
  population.due_at AS due_at,
  population.valid_until AS valid_until,
  population.not_before AS not_before,
  population.passed AS passed,
  population.late AS late,
  population.figures AS figures,
  population.reason AS reason,
  population.wanted AS wanted
  FROM (
    SELECT 'first-contact' AS step,
    judged_first_contact.subject_id AS subject_id,
    judged_first_contact.anchor_at AS anchor_at,
    judged_first_contact.store_id AS store_id,
    judged_first_contact.customer_id AS customer_id,
    CASE
    WHEN (judged_first_contact.language = 'en') THEN :param
    WHEN (judged_first_contact.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_first_contact.due_at AS due_at,
    judged_first_contact.valid_until AS valid_until,
    judged_first_contact.due_at AS not_before,
    judged_first_contact.valid_until <= :param AS passed,
    judged_first_contact.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_first_contact.reason IS NULL) THEN jsonb_build_object(
      'urgency',
      judged_first_contact.urgency,
      'lead_state',
      judged_first_contact.state,
      'came_in',
      judged_first_contact."came-in",
      'last_contact',
      judged_first_contact.contact_at
    ) END AS figures,
    judged_first_contact.reason AS reason,
    judged_first_contact.reason IS NULL AS wanted
    FROM (
      SELECT dated_first_contact.subject_id AS subject_id,
      dated_first_contact.store_id AS store_id,
      dated_first_contact.customer_id AS customer_id,
      dated_first_contact.time_zone AS time_zone,
      dated_first_contact.language AS language,
      dated_first_contact.today AS today,
      dated_first_contact.anchor_at AS anchor_at,
      dated_first_contact."came-in" AS "came-in",
      dated_first_contact."first-contact-by" AS "first-contact-by",
      dated_first_contact."class-set" AS "class-set",
      dated_first_contact."postponed-to" AS "postponed-to",
      dated_first_contact.lost AS lost,
      dated_first_contact.contact_at AS contact_at,
      dated_first_contact.state AS state,
      dated_first_contact.won AS won,
      dated_first_contact.postponed AS postponed,
      dated_first_contact.urgency AS urgency,
      dated_first_contact.created_on AS created_on,
      dated_first_contact.due_at AS due_at,
      dated_first_contact.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_10
          FROM touches
          WHERE touches.process = 'lead-followup'
          AND touches.subject_kind = 'lead'
          AND touches.subject_id = dated_first_contact.subject_id
          AND touches.step = 'first-contact'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_first_contact.anchor_at
          AND touches.anchor_at BETWEEN dated_first_contact.anchor_at - '180 days, 0:00:00'
          AND dated_first_contact.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'lead-open' = ANY ('{lead-open,lead-uncontacted}')
        AND (dated_first_contact.state = 'won' OR dated_first_contact.won)
      ) THEN 'lead-won'
      WHEN (
        'lead-open' = ANY ('{lead-open,lead-uncontacted}') AND dated_first_contact.state = 'lost'
      ) THEN 'lead-is-lost'
      WHEN (
        'lead-open' = ANY ('{lead-open,lead-uncontacted}') AND dated_first_contact.state = 'expired'
      ) THEN 'lead-expired'
      WHEN (
        'lead-open' = ANY ('{lead-open,lead-uncontacted}') AND dated_first_contact.postponed
      ) THEN 'lead-postponed'
      WHEN (
        'lead-lost' = ANY ('{lead-open,lead-uncontacted}') AND dated_first_contact.state != 'lost'
      ) THEN 'lead-still-open'
      WHEN (
        'lead-uncontacted' = ANY ('{lead-open,lead-uncontacted}') AND dated_first_contact.contact_at IS NOT NULL
      ) THEN 'lead-contacted'
      WHEN (
        'ordered' = ANY ('{lead-open,lead-uncontacted}') AND dated_first_contact.urgency != 'O'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-week' = ANY ('{lead-open,lead-uncontacted}') AND dated_first_contact.urgency != 'H'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-month' = ANY ('{lead-open,lead-uncontacted}') AND dated_first_contact.urgency != 'A'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-three-months' = ANY ('{lead-open,lead-uncontacted}') AND dated_first_contact.urgency != 'B'
      ) THEN 'lead-of-another-class' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11."came-in" AS "came-in",
        anon_11."first-contact-by" AS "first-contact-by",
        anon_11."class-set" AS "class-set",
        anon_11."postponed-to" AS "postponed-to",
        anon_11.lost AS lost,
        anon_11.contact_at AS contact_at,
        anon_11.state AS state,
        anon_11.won AS won,
        anon_11.postponed AS postponed,
        anon_11.urgency AS urgency,
        anon_11.created_on AS created_on,
        anon_11."came-in" AS due_at,
        anon_11."came-in" + '2 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11."came-in" BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_first_contact
      WHERE dated_first_contact.due_at IS NOT NULL
      AND dated_first_contact.due_at < dated_first_contact.valid_until
      AND dated_first_contact.due_at <= :param
      AND dated_first_contact.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_first_contact
    WHERE coalesce((judged_first_contact.reason NOT IN ('lead-of-another-class')), TRUE)
    UNION ALL
    SELECT 'first-contact-late' AS step,
    judged_first_contact_late.subject_id AS subject_id,
    judged_first_contact_late.anchor_at AS anchor_at,
    judged_first_contact_late.store_id AS store_id,
    judged_first_contact_late.customer_id AS customer_id,
    CASE
    WHEN (judged_first_contact_late.language = 'en') THEN :param
    WHEN (judged_first_contact_late.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_first_contact_late.due_at AS due_at,
    judged_first_contact_late.valid_until AS valid_until,
    judged_first_contact_late.due_at AS not_before,
    judged_first_contact_late.valid_until <= :param AS passed,
    judged_first_contact_late.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_first_contact_late.reason IS NULL) THEN jsonb_build_object(
      'urgency',
      judged_first_contact_late.urgency,
      'lead_state',
      judged_first_contact_late.state,
      'came_in',
      judged_first_contact_late."came-in",
      'last_contact',
      judged_first_contact_late.contact_at
    ) END AS figures,
    judged_first_contact_late.reason AS reason,
    judged_first_contact_late.reason IS NULL AS wanted
    FROM (
      SELECT dated_first_contact_late.subject_id AS subject_id,
      dated_first_contact_late.store_id AS store_id,
      dated_first_contact_late.customer_id AS customer_id,
      dated_first_contact_late.time_zone AS time_zone,
      dated_first_contact_late.language AS language,
      dated_first_contact_late.today AS today,
      dated_first_contact_late.anchor_at AS anchor_at,
      dated_first_contact_late."came-in" AS "came-in",
      dated_first_contact_late."first-contact-by" AS "first-contact-by",
      dated_first_contact_late."class-set" AS "class-set",
      dated_first_contact_late."postponed-to" AS "postponed-to",
      dated_first_contact_late.lost AS lost,
      dated_first_contact_late.contact_at AS contact_at,
      dated_first_contact_late.state AS state,
      dated_first_contact_late.won AS won,
      dated_first_contact_late.postponed AS postponed,
      dated_first_contact_late.urgency AS urgency,
      dated_first_contact_late.created_on AS created_on,
      dated_first_contact_late.due_at AS due_at,
      dated_first_contact_late.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_13
          FROM touches
          WHERE touches.process = 'lead-followup'
          AND touches.subject_kind = 'lead'
          AND touches.subject_id = dated_first_contact_late.subject_id
          AND touches.step = 'first-contact-late'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_first_contact_late.anchor_at
          AND touches.anchor_at BETWEEN dated_first_contact_late.anchor_at - '180 days, 0:00:00'
          AND dated_first_contact_late.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'lead-open' = ANY ('{lead-open,lead-uncontacted}')
        AND (dated_first_contact_late.state = 'won' OR dated_first_contact_late.won)
      ) THEN 'lead-won'
      WHEN (
        'lead-open' = ANY ('{lead-open,lead-uncontacted}') AND dated_first_contact_late.state = 'lost'
      ) THEN 'lead-is-lost'
      WHEN (
        'lead-open' = ANY ('{lead-open,lead-uncontacted}') AND dated_first_contact_late.state = 'expired'
      ) THEN 'lead-expired'
      WHEN (
        'lead-open' = ANY ('{lead-open,lead-uncontacted}') AND dated_first_contact_late.postponed
      ) THEN 'lead-postponed'
      WHEN (
        'lead-lost' = ANY ('{lead-open,lead-uncontacted}') AND dated_first_contact_late.state != 'lost'
      ) THEN 'lead-still-open'
      WHEN (
        'lead-uncontacted' = ANY ('{lead-open,lead-uncontacted}') AND dated_first_contact_late.contact_at IS NOT NULL
      ) THEN 'lead-contacted'
      WHEN (
        'ordered' = ANY ('{lead-open,lead-uncontacted}') AND dated_first_contact_late.urgency != 'O'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-week' = ANY ('{lead-open,lead-uncontacted}') AND dated_first_contact_late.urgency != 'H'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-month' = ANY ('{lead-open,lead-uncontacted}') AND dated_first_contact_late.urgency != 'A'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-three-months' = ANY ('{lead-open,lead-uncontacted}') AND dated_first_contact_late.urgency != 'B'
      ) THEN 'lead-of-another-class' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11."came-in" AS "came-in",
        anon_11."first-contact-by" AS "first-contact-by",
        anon_11."class-set" AS "class-set",
        anon_11."postponed-to" AS "postponed-to",
        anon_11.lost AS lost,
        anon_11.contact_at AS contact_at,
        anon_11.state AS state,
        anon_11.won AS won,
        anon_11.postponed AS postponed,
        anon_11.urgency AS urgency,
        anon_11.created_on AS created_on,
        anon_11."first-contact-by" AS due_at,
        anon_11."first-contact-by" + '2 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11."first-contact-by" BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_first_contact_late
      WHERE dated_first_contact_late.due_at IS NOT NULL
      AND dated_first_contact_late.due_at < dated_first_contact_late.valid_until
      AND dated_first_contact_late.due_at <= :param
      AND dated_first_contact_late.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_first_contact_late
    WHERE coalesce((judged_first_contact_late.reason NOT IN ('lead-of-another-class')), TRUE)
    UNION ALL
    SELECT 'follow-o' AS step,
    judged_follow_o.subject_id AS subject_id,
    judged_follow_o.occurs_at AS anchor_at,
    judged_follow_o.store_id AS store_id,
    judged_follow_o.customer_id AS customer_id,
    CASE
    WHEN (judged_follow_o.language = 'en') THEN :param
    WHEN (judged_follow_o.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_follow_o.due_at AS due_at,
    judged_follow_o.valid_until AS valid_until,
    judged_follow_o.due_at AS not_before,
    judged_follow_o.valid_until <= :param AS passed,
    judged_follow_o.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_follow_o.reason IS NULL) THEN jsonb_build_object(
      'urgency',
      judged_follow_o.urgency,
      'lead_state',
      judged_follow_o.state,
      'came_in',
      judged_follow_o."came-in",
      'last_contact',
      judged_follow_o.contact_at
    ) END AS figures,
    judged_follow_o.reason AS reason,
    judged_follow_o.reason IS NULL AS wanted
    FROM (
      SELECT dated_follow_o.subject_id AS subject_id,
      dated_follow_o.store_id AS store_id,
      dated_follow_o.customer_id AS customer_id,
      dated_follow_o.time_zone AS time_zone,
      dated_follow_o.language AS language,
      dated_follow_o.today AS today,
      dated_follow_o.anchor_at AS anchor_at,
      dated_follow_o."came-in" AS "came-in",
      dated_follow_o."first-contact-by" AS "first-contact-by",
      dated_follow_o."class-set" AS "class-set",
      dated_follow_o."postponed-to" AS "postponed-to",
      dated_follow_o.lost AS lost,
      dated_follow_o.contact_at AS contact_at,
      dated_follow_o.state AS state,
      dated_follow_o.won AS won,
      dated_follow_o.postponed AS postponed,
      dated_follow_o.urgency AS urgency,
      dated_follow_o.created_on AS created_on,
      dated_follow_o.occurs_at AS occurs_at,
      dated_follow_o.following AS following,
      dated_follow_o.before AS before,
      dated_follow_o.due_at AS due_at,
      dated_follow_o.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_14
          FROM touches
          WHERE touches.process = 'lead-followup'
          AND touches.subject_kind = 'lead'
          AND touches.step = 'follow-o'
          AND touches.subject_id = dated_follow_o.subject_id
          AND touches.anchor_at != dated_follow_o.occurs_at
          AND touches.due_at < dated_follow_o.due_at
          AND touches.valid_until > dated_follow_o.due_at
          AND touches.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
        )
      ) THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN (
        'lead-open' = ANY ('{lead-open,ordered}') AND (dated_follow_o.state = 'won' OR dated_follow_o.won)
      ) THEN 'lead-won'
      WHEN (
        'lead-open' = ANY ('{lead-open,ordered}') AND dated_follow_o.state = 'lost'
      ) THEN 'lead-is-lost'
      WHEN (
        'lead-open' = ANY ('{lead-open,ordered}') AND dated_follow_o.state = 'expired'
      ) THEN 'lead-expired'
      WHEN ('lead-open' = ANY ('{lead-open,ordered}') AND dated_follow_o.postponed) THEN 'lead-postponed'
      WHEN (
        'lead-lost' = ANY ('{lead-open,ordered}') AND dated_follow_o.state != 'lost'
      ) THEN 'lead-still-open'
      WHEN (
        'lead-uncontacted' = ANY ('{lead-open,ordered}') AND dated_follow_o.contact_at IS NOT NULL
      ) THEN 'lead-contacted'
      WHEN ('ordered' = ANY ('{lead-open,ordered}') AND dated_follow_o.urgency != 'O') THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-week' = ANY ('{lead-open,ordered}') AND dated_follow_o.urgency != 'H'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-month' = ANY ('{lead-open,ordered}') AND dated_follow_o.urgency != 'A'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-three-months' = ANY ('{lead-open,ordered}') AND dated_follow_o.urgency != 'B'
      ) THEN 'lead-of-another-class' END END AS reason
      FROM (
        SELECT occurring_follow_o.subject_id AS subject_id,
        occurring_follow_o.store_id AS store_id,
        occurring_follow_o.customer_id AS customer_id,
        occurring_follow_o.time_zone AS time_zone,
        occurring_follow_o.language AS language,
        occurring_follow_o.today AS today,
        occurring_follow_o.anchor_at AS anchor_at,
        occurring_follow_o."came-in" AS "came-in",
        occurring_follow_o."first-contact-by" AS "first-contact-by",
        occurring_follow_o."class-set" AS "class-set",
        occurring_follow_o."postponed-to" AS "postponed-to",
        occurring_follow_o.lost AS lost,
        occurring_follow_o.contact_at AS contact_at,
        occurring_follow_o.state AS state,
        occurring_follow_o.won AS won,
        occurring_follow_o.postponed AS postponed,
        occurring_follow_o.urgency AS urgency,
        occurring_follow_o.created_on AS created_on,
        occurring_follow_o.occurs_at AS occurs_at,
        occurring_follow_o.following AS following,
        occurring_follow_o.before AS before,
        timezone(
          occurring_follow_o.time_zone,
          CAST(
            timezone(occurring_follow_o.time_zone, occurring_follow_o.occurs_at) AS DATE
          ) + :param + '09:30:00'
        ) AS due_at,
        timezone(
          occurring_follow_o.time_zone,
          CAST(
            timezone(occurring_follow_o.time_zone, occurring_follow_o.following) AS DATE
          ) + :param + '09:30:00'
        ) AS valid_until
        FROM (
          SELECT anon_11.subject_id AS subject_id,
          anon_11.store_id AS store_id,
          anon_11.customer_id AS customer_id,
          anon_11.time_zone AS time_zone,
          anon_11.language AS language,
          anon_11.today AS today,
          anon_11.anchor_at AS anchor_at,
          anon_11."came-in" AS "came-in",
          anon_11."first-contact-by" AS "first-contact-by",
          anon_11."class-set" AS "class-set",
          anon_11."postponed-to" AS "postponed-to",
          anon_11.lost AS lost,
          anon_11.contact_at AS contact_at,
          anon_11.state AS state,
          anon_11.won AS won,
          anon_11.postponed AS postponed,
          anon_11.urgency AS urgency,
          anon_11.created_on AS created_on,
          CASE
          WHEN (numbers_follow_o.number = :number) THEN anon_11.anchor_at
          ELSE timezone(
            anon_11.time_zone,
            timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
              :make_interval, numbers_follow_o.number * :param, :make_interval, numbers_follow_o.number * :param
            ) + CASE
            WHEN (
              FALSE
              AND :param > :param
              AND EXTRACT(
                day
                FROM timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
                  :make_interval, numbers_follow_o.number * :param, :make_interval, numbers_follow_o.number * :param
                )
              ) < EXTRACT(day FROM timezone(anon_11.time_zone, anon_11.anchor_at))
            ) THEN '1 day, 0:00:00'
            ELSE '0:00:00' END
          ) END AS occurs_at,
          CASE
          WHEN (numbers_follow_o.number + :number = :param) THEN anon_11.anchor_at
          ELSE timezone(
            anon_11.time_zone,
            timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
              :make_interval,
              (numbers_follow_o.number + :number) * :param,
              :make_interval,
              (numbers_follow_o.number + :number) * :param
            ) + CASE
            WHEN (
              FALSE
              AND :param > :param
              AND EXTRACT(
                day
                FROM timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
                  :make_interval,
                  (numbers_follow_o.number + :number) * :param,
                  :make_interval,
                  (numbers_follow_o.number + :number) * :param
                )
              ) < EXTRACT(day FROM timezone(anon_11.time_zone, anon_11.anchor_at))
            ) THEN '1 day, 0:00:00'
            ELSE '0:00:00' END
          ) END AS following,
          CASE
          WHEN (numbers_follow_o.number = :number) THEN :param
          ELSE CASE
          WHEN (numbers_follow_o.number - :number = :param) THEN anon_11.anchor_at
          ELSE timezone(
            anon_11.time_zone,
            timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
              :make_interval,
              (numbers_follow_o.number - :number) * :param,
              :make_interval,
              (numbers_follow_o.number - :number) * :param
            ) + CASE
            WHEN (
              FALSE
              AND :param > :param
              AND EXTRACT(
                day
                FROM timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
                  :make_interval,
                  (numbers_follow_o.number - :number) * :param,
                  :make_interval,
                  (numbers_follow_o.number - :number) * :param
                )
              ) < EXTRACT(day FROM timezone(anon_11.time_zone, anon_11.anchor_at))
            ) THEN '1 day, 0:00:00'
            ELSE '0:00:00' END
          ) END END AS before
          FROM anon_11
          JOIN LATERAL generate_series(
            greatest(
              coalesce(
                (
                  CAST(
                    (
                      (
                        EXTRACT(year FROM timezone(anon_11.time_zone, :param)) - EXTRACT(year FROM timezone(anon_11.time_zone, anon_11.anchor_at))
                      ) * :param + EXTRACT(month FROM timezone(anon_11.time_zone, :param))
                    ) - EXTRACT(month FROM timezone(anon_11.time_zone, anon_11.anchor_at)) AS INTEGER
                  ) - :param
                ) / nullif(:param, :nullif),
                (
                  CAST(timezone(anon_11.time_zone, :param) AS DATE) - CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE)
                ) / nullif(:param, :nullif)
              ),
              :greatest
            ),
            greatest(
              coalesce(
                CAST(
                  (
                    (
                      EXTRACT(year FROM timezone(anon_11.time_zone, :param)) - EXTRACT(year FROM timezone(anon_11.time_zone, anon_11.anchor_at))
                    ) * :param + EXTRACT(month FROM timezone(anon_11.time_zone, :param))
                  ) - EXTRACT(month FROM timezone(anon_11.time_zone, anon_11.anchor_at)) AS INTEGER
                ) / nullif(:param, :nullif),
                (
                  CAST(timezone(anon_11.time_zone, :param) AS DATE) - CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE)
                ) / nullif(:param, :nullif)
              ),
              :greatest
            ) + :greatest
          ) AS numbers_follow_o(number) ON true
          LIMIT ALL OFFSET :param
        ) AS occurring_follow_o
        WHERE coalesce(occurring_follow_o.occurs_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_follow_o
      WHERE dated_follow_o.due_at IS NOT NULL
      AND dated_follow_o.due_at < dated_follow_o.valid_until
      AND dated_follow_o.due_at <= :param
      AND dated_follow_o.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_follow_o
    WHERE coalesce((judged_follow_o.reason NOT IN ('lead-of-another-class')), TRUE)
    UNION ALL
    SELECT 'follow-h' AS step,
    judged_follow_h.subject_id AS subject_id,
    judged_follow_h.occurs_at AS anchor_at,
    judged_follow_h.store_id AS store_id,
    judged_follow_h.customer_id AS customer_id,
    CASE
    WHEN (judged_follow_h.language = 'en') THEN :param
    WHEN (judged_follow_h.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_follow_h.due_at AS due_at,
    judged_follow_h.valid_until AS valid_until,
    judged_follow_h.due_at AS not_before,
    judged_follow_h.valid_until <= :param AS passed,
    judged_follow_h.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_follow_h.reason IS NULL) THEN jsonb_build_object(
      'urgency',
      judged_follow_h.urgency,
      'lead_state',
      judged_follow_h.state,
      'came_in',
      judged_follow_h."came-in",
      'last_contact',
      judged_follow_h.contact_at
    ) END AS figures,
    judged_follow_h.reason AS reason,
    judged_follow_h.reason IS NULL AS wanted
    FROM (
      SELECT dated_follow_h.subject_id AS subject_id,
      dated_follow_h.store_id AS store_id,
      dated_follow_h.customer_id AS customer_id,
      dated_follow_h.time_zone AS time_zone,
      dated_follow_h.language AS language,
      dated_follow_h.today AS today,
      dated_follow_h.anchor_at AS anchor_at,
      dated_follow_h."came-in" AS "came-in",
      dated_follow_h."first-contact-by" AS "first-contact-by",
      dated_follow_h."class-set" AS "class-set",
      dated_follow_h."postponed-to" AS "postponed-to",
      dated_follow_h.lost AS lost,
      dated_follow_h.contact_at AS contact_at,
      dated_follow_h.state AS state,
      dated_follow_h.won AS won,
      dated_follow_h.postponed AS postponed,
      dated_follow_h.urgency AS urgency,
      dated_follow_h.created_on AS created_on,
      dated_follow_h.occurs_at AS occurs_at,
      dated_follow_h.following AS following,
      dated_follow_h.before AS before,
      dated_follow_h.due_at AS due_at,
      dated_follow_h.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_15
          FROM touches
          WHERE touches.process = 'lead-followup'
          AND touches.subject_kind = 'lead'
          AND touches.step = 'follow-h'
          AND touches.subject_id = dated_follow_h.subject_id
          AND touches.anchor_at != dated_follow_h.occurs_at
          AND touches.due_at < dated_follow_h.due_at
          AND touches.valid_until > dated_follow_h.due_at
          AND touches.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
        )
      ) THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-week}') AND (dated_follow_h.state = 'won' OR dated_follow_h.won)
      ) THEN 'lead-won'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-week}') AND dated_follow_h.state = 'lost'
      ) THEN 'lead-is-lost'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-week}') AND dated_follow_h.state = 'expired'
      ) THEN 'lead-expired'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-week}') AND dated_follow_h.postponed
      ) THEN 'lead-postponed'
      WHEN (
        'lead-lost' = ANY ('{lead-open,buys-within-a-week}') AND dated_follow_h.state != 'lost'
      ) THEN 'lead-still-open'
      WHEN (
        'lead-uncontacted' = ANY ('{lead-open,buys-within-a-week}') AND dated_follow_h.contact_at IS NOT NULL
      ) THEN 'lead-contacted'
      WHEN (
        'ordered' = ANY ('{lead-open,buys-within-a-week}') AND dated_follow_h.urgency != 'O'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-week' = ANY ('{lead-open,buys-within-a-week}') AND dated_follow_h.urgency != 'H'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-month' = ANY ('{lead-open,buys-within-a-week}') AND dated_follow_h.urgency != 'A'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-three-months' = ANY ('{lead-open,buys-within-a-week}') AND dated_follow_h.urgency != 'B'
      ) THEN 'lead-of-another-class' END END AS reason
      FROM (
        SELECT occurring_follow_h.subject_id AS subject_id,
        occurring_follow_h.store_id AS store_id,
        occurring_follow_h.customer_id AS customer_id,
        occurring_follow_h.time_zone AS time_zone,
        occurring_follow_h.language AS language,
        occurring_follow_h.today AS today,
        occurring_follow_h.anchor_at AS anchor_at,
        occurring_follow_h."came-in" AS "came-in",
        occurring_follow_h."first-contact-by" AS "first-contact-by",
        occurring_follow_h."class-set" AS "class-set",
        occurring_follow_h."postponed-to" AS "postponed-to",
        occurring_follow_h.lost AS lost,
        occurring_follow_h.contact_at AS contact_at,
        occurring_follow_h.state AS state,
        occurring_follow_h.won AS won,
        occurring_follow_h.postponed AS postponed,
        occurring_follow_h.urgency AS urgency,
        occurring_follow_h.created_on AS created_on,
        occurring_follow_h.occurs_at AS occurs_at,
        occurring_follow_h.following AS following,
        occurring_follow_h.before AS before,
        timezone(
          occurring_follow_h.time_zone,
          CAST(
            timezone(occurring_follow_h.time_zone, occurring_follow_h.occurs_at) AS DATE
          ) + :param + '09:30:00'
        ) AS due_at,
        timezone(
          occurring_follow_h.time_zone,
          CAST(
            timezone(occurring_follow_h.time_zone, occurring_follow_h.following) AS DATE
          ) + :param + '09:30:00'
        ) AS valid_until
        FROM (
          SELECT anon_11.subject_id AS subject_id,
          anon_11.store_id AS store_id,
          anon_11.customer_id AS customer_id,
          anon_11.time_zone AS time_zone,
          anon_11.language AS language,
          anon_11.today AS today,
          anon_11.anchor_at AS anchor_at,
          anon_11."came-in" AS "came-in",
          anon_11."first-contact-by" AS "first-contact-by",
          anon_11."class-set" AS "class-set",
          anon_11."postponed-to" AS "postponed-to",
          anon_11.lost AS lost,
          anon_11.contact_at AS contact_at,
          anon_11.state AS state,
          anon_11.won AS won,
          anon_11.postponed AS postponed,
          anon_11.urgency AS urgency,
          anon_11.created_on AS created_on,
          CASE
          WHEN (numbers_follow_h.number = :number) THEN anon_11.anchor_at
          ELSE timezone(
            anon_11.time_zone,
            timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
              :make_interval, numbers_follow_h.number * :param, :make_interval, numbers_follow_h.number * :param
            ) + CASE
            WHEN (
              FALSE
              AND :param > :param
              AND EXTRACT(
                day
                FROM timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
                  :make_interval, numbers_follow_h.number * :param, :make_interval, numbers_follow_h.number * :param
                )
              ) < EXTRACT(day FROM timezone(anon_11.time_zone, anon_11.anchor_at))
            ) THEN '1 day, 0:00:00'
            ELSE '0:00:00' END
          ) END AS occurs_at,
          CASE
          WHEN (numbers_follow_h.number + :number = :param) THEN anon_11.anchor_at
          ELSE timezone(
            anon_11.time_zone,
            timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
              :make_interval,
              (numbers_follow_h.number + :number) * :param,
              :make_interval,
              (numbers_follow_h.number + :number) * :param
            ) + CASE
            WHEN (
              FALSE
              AND :param > :param
              AND EXTRACT(
                day
                FROM timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
                  :make_interval,
                  (numbers_follow_h.number + :number) * :param,
                  :make_interval,
                  (numbers_follow_h.number + :number) * :param
                )
              ) < EXTRACT(day FROM timezone(anon_11.time_zone, anon_11.anchor_at))
            ) THEN '1 day, 0:00:00'
            ELSE '0:00:00' END
          ) END AS following,
          CASE
          WHEN (numbers_follow_h.number = :number) THEN :param
          ELSE CASE
          WHEN (numbers_follow_h.number - :number = :param) THEN anon_11.anchor_at
          ELSE timezone(
            anon_11.time_zone,
            timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
              :make_interval,
              (numbers_follow_h.number - :number) * :param,
              :make_interval,
              (numbers_follow_h.number - :number) * :param
            ) + CASE
            WHEN (
              FALSE
              AND :param > :param
              AND EXTRACT(
                day
                FROM timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
                  :make_interval,
                  (numbers_follow_h.number - :number) * :param,
                  :make_interval,
                  (numbers_follow_h.number - :number) * :param
                )
              ) < EXTRACT(day FROM timezone(anon_11.time_zone, anon_11.anchor_at))
            ) THEN '1 day, 0:00:00'
            ELSE '0:00:00' END
          ) END END AS before
          FROM anon_11
          JOIN LATERAL generate_series(
            greatest(
              coalesce(
                (
                  CAST(
                    (
                      (
                        EXTRACT(year FROM timezone(anon_11.time_zone, :param)) - EXTRACT(year FROM timezone(anon_11.time_zone, anon_11.anchor_at))
                      ) * :param + EXTRACT(month FROM timezone(anon_11.time_zone, :param))
                    ) - EXTRACT(month FROM timezone(anon_11.time_zone, anon_11.anchor_at)) AS INTEGER
                  ) - :param
                ) / nullif(:param, :nullif),
                (
                  CAST(timezone(anon_11.time_zone, :param) AS DATE) - CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE)
                ) / nullif(:param, :nullif)
              ),
              :greatest
            ),
            greatest(
              coalesce(
                CAST(
                  (
                    (
                      EXTRACT(year FROM timezone(anon_11.time_zone, :param)) - EXTRACT(year FROM timezone(anon_11.time_zone, anon_11.anchor_at))
                    ) * :param + EXTRACT(month FROM timezone(anon_11.time_zone, :param))
                  ) - EXTRACT(month FROM timezone(anon_11.time_zone, anon_11.anchor_at)) AS INTEGER
                ) / nullif(:param, :nullif),
                (
                  CAST(timezone(anon_11.time_zone, :param) AS DATE) - CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE)
                ) / nullif(:param, :nullif)
              ),
              :greatest
            ) + :greatest
          ) AS numbers_follow_h(number) ON true
          LIMIT ALL OFFSET :param
        ) AS occurring_follow_h
        WHERE coalesce(occurring_follow_h.occurs_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_follow_h
      WHERE dated_follow_h.due_at IS NOT NULL
      AND dated_follow_h.due_at < dated_follow_h.valid_until
      AND dated_follow_h.due_at <= :param
      AND dated_follow_h.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_follow_h
    WHERE coalesce((judged_follow_h.reason NOT IN ('lead-of-another-class')), TRUE)
    UNION ALL
    SELECT 'follow-a' AS step,
    judged_follow_a.subject_id AS subject_id,
    judged_follow_a.occurs_at AS anchor_at,
    judged_follow_a.store_id AS store_id,
    judged_follow_a.customer_id AS customer_id,
    CASE
    WHEN (judged_follow_a.language = 'en') THEN :param
    WHEN (judged_follow_a.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_follow_a.due_at AS due_at,
    judged_follow_a.valid_until AS valid_until,
    judged_follow_a.due_at AS not_before,
    judged_follow_a.valid_until <= :param AS passed,
    judged_follow_a.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_follow_a.reason IS NULL) THEN jsonb_build_object(
      'urgency',
      judged_follow_a.urgency,
      'lead_state',
      judged_follow_a.state,
      'came_in',
      judged_follow_a."came-in",
      'last_contact',
      judged_follow_a.contact_at
    ) END AS figures,
    judged_follow_a.reason AS reason,
    judged_follow_a.reason IS NULL AS wanted
    FROM (
      SELECT dated_follow_a.subject_id AS subject_id,
      dated_follow_a.store_id AS store_id,
      dated_follow_a.customer_id AS customer_id,
      dated_follow_a.time_zone AS time_zone,
      dated_follow_a.language AS language,
      dated_follow_a.today AS today,
      dated_follow_a.anchor_at AS anchor_at,
      dated_follow_a."came-in" AS "came-in",
      dated_follow_a."first-contact-by" AS "first-contact-by",
      dated_follow_a."class-set" AS "class-set",
      dated_follow_a."postponed-to" AS "postponed-to",
      dated_follow_a.lost AS lost,
      dated_follow_a.contact_at AS contact_at,
      dated_follow_a.state AS state,
      dated_follow_a.won AS won,
      dated_follow_a.postponed AS postponed,
      dated_follow_a.urgency AS urgency,
      dated_follow_a.created_on AS created_on,
      dated_follow_a.occurs_at AS occurs_at,
      dated_follow_a.following AS following,
      dated_follow_a.before AS before,
      dated_follow_a.due_at AS due_at,
      dated_follow_a.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_16
          FROM touches
          WHERE touches.process = 'lead-followup'
          AND touches.subject_kind = 'lead'
          AND touches.step = 'follow-a'
          AND touches.subject_id = dated_follow_a.subject_id
          AND touches.anchor_at != dated_follow_a.occurs_at
          AND touches.due_at < dated_follow_a.due_at
          AND touches.valid_until > dated_follow_a.due_at
          AND touches.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
        )
      ) THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-month}') AND (dated_follow_a.state = 'won' OR dated_follow_a.won)
      ) THEN 'lead-won'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-month}') AND dated_follow_a.state = 'lost'
      ) THEN 'lead-is-lost'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-month}') AND dated_follow_a.state = 'expired'
      ) THEN 'lead-expired'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-month}') AND dated_follow_a.postponed
      ) THEN 'lead-postponed'
      WHEN (
        'lead-lost' = ANY ('{lead-open,buys-within-a-month}') AND dated_follow_a.state != 'lost'
      ) THEN 'lead-still-open'
      WHEN (
        'lead-uncontacted' = ANY ('{lead-open,buys-within-a-month}') AND dated_follow_a.contact_at IS NOT NULL
      ) THEN 'lead-contacted'
      WHEN (
        'ordered' = ANY ('{lead-open,buys-within-a-month}') AND dated_follow_a.urgency != 'O'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-week' = ANY ('{lead-open,buys-within-a-month}') AND dated_follow_a.urgency != 'H'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-month' = ANY ('{lead-open,buys-within-a-month}') AND dated_follow_a.urgency != 'A'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-three-months' = ANY ('{lead-open,buys-within-a-month}') AND dated_follow_a.urgency != 'B'
      ) THEN 'lead-of-another-class' END END AS reason
      FROM (
        SELECT occurring_follow_a.subject_id AS subject_id,
        occurring_follow_a.store_id AS store_id,
        occurring_follow_a.customer_id AS customer_id,
        occurring_follow_a.time_zone AS time_zone,
        occurring_follow_a.language AS language,
        occurring_follow_a.today AS today,
        occurring_follow_a.anchor_at AS anchor_at,
        occurring_follow_a."came-in" AS "came-in",
        occurring_follow_a."first-contact-by" AS "first-contact-by",
        occurring_follow_a."class-set" AS "class-set",
        occurring_follow_a."postponed-to" AS "postponed-to",
        occurring_follow_a.lost AS lost,
        occurring_follow_a.contact_at AS contact_at,
        occurring_follow_a.state AS state,
        occurring_follow_a.won AS won,
        occurring_follow_a.postponed AS postponed,
        occurring_follow_a.urgency AS urgency,
        occurring_follow_a.created_on AS created_on,
        occurring_follow_a.occurs_at AS occurs_at,
        occurring_follow_a.following AS following,
        occurring_follow_a.before AS before,
        timezone(
          occurring_follow_a.time_zone,
          CAST(
            timezone(occurring_follow_a.time_zone, occurring_follow_a.occurs_at) AS DATE
          ) + :param + '09:30:00'
        ) AS due_at,
        timezone(
          occurring_follow_a.time_zone,
          CAST(
            timezone(occurring_follow_a.time_zone, occurring_follow_a.following) AS DATE
          ) + :param + '09:30:00'
        ) AS valid_until
        FROM (
          SELECT anon_11.subject_id AS subject_id,
          anon_11.store_id AS store_id,
          anon_11.customer_id AS customer_id,
          anon_11.time_zone AS time_zone,
          anon_11.language AS language,
          anon_11.today AS today,
          anon_11.anchor_at AS anchor_at,
          anon_11."came-in" AS "came-in",
          anon_11."first-contact-by" AS "first-contact-by",
          anon_11."class-set" AS "class-set",
          anon_11."postponed-to" AS "postponed-to",
          anon_11.lost AS lost,
          anon_11.contact_at AS contact_at,
          anon_11.state AS state,
          anon_11.won AS won,
          anon_11.postponed AS postponed,
          anon_11.urgency AS urgency,
          anon_11.created_on AS created_on,
          CASE
          WHEN (numbers_follow_a.number = :number) THEN anon_11.anchor_at
          ELSE timezone(
            anon_11.time_zone,
            timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
              :make_interval, numbers_follow_a.number * :param, :make_interval, numbers_follow_a.number * :param
            ) + CASE
            WHEN (
              FALSE
              AND :param > :param
              AND EXTRACT(
                day
                FROM timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
                  :make_interval, numbers_follow_a.number * :param, :make_interval, numbers_follow_a.number * :param
                )
              ) < EXTRACT(day FROM timezone(anon_11.time_zone, anon_11.anchor_at))
            ) THEN '1 day, 0:00:00'
            ELSE '0:00:00' END
          ) END AS occurs_at,
          CASE
          WHEN (numbers_follow_a.number + :number = :param) THEN anon_11.anchor_at
          ELSE timezone(
            anon_11.time_zone,
            timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
              :make_interval,
              (numbers_follow_a.number + :number) * :param,
              :make_interval,
              (numbers_follow_a.number + :number) * :param
            ) + CASE
            WHEN (
              FALSE
              AND :param > :param
              AND EXTRACT(
                day
                FROM timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
                  :make_interval,
                  (numbers_follow_a.number + :number) * :param,
                  :make_interval,
                  (numbers_follow_a.number + :number) * :param
                )
              ) < EXTRACT(day FROM timezone(anon_11.time_zone, anon_11.anchor_at))
            ) THEN '1 day, 0:00:00'
            ELSE '0:00:00' END
          ) END AS following,
          CASE
          WHEN (numbers_follow_a.number = :number) THEN :param
          ELSE CASE
          WHEN (numbers_follow_a.number - :number = :param) THEN anon_11.anchor_at
          ELSE timezone(
            anon_11.time_zone,
            timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
              :make_interval,
              (numbers_follow_a.number - :number) * :param,
              :make_interval,
              (numbers_follow_a.number - :number) * :param
            ) + CASE
            WHEN (
              FALSE
              AND :param > :param
              AND EXTRACT(
                day
                FROM timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
                  :make_interval,
                  (numbers_follow_a.number - :number) * :param,
                  :make_interval,
                  (numbers_follow_a.number - :number) * :param
                )
              ) < EXTRACT(day FROM timezone(anon_11.time_zone, anon_11.anchor_at))
            ) THEN '1 day, 0:00:00'
            ELSE '0:00:00' END
          ) END END AS before
          FROM anon_11
          JOIN LATERAL generate_series(
            greatest(
              coalesce(
                (
                  CAST(
                    (
                      (
                        EXTRACT(year FROM timezone(anon_11.time_zone, :param)) - EXTRACT(year FROM timezone(anon_11.time_zone, anon_11.anchor_at))
                      ) * :param + EXTRACT(month FROM timezone(anon_11.time_zone, :param))
                    ) - EXTRACT(month FROM timezone(anon_11.time_zone, anon_11.anchor_at)) AS INTEGER
                  ) - :param
                ) / nullif(:param, :nullif),
                (
                  CAST(timezone(anon_11.time_zone, :param) AS DATE) - CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE)
                ) / nullif(:param, :nullif)
              ),
              :greatest
            ),
            greatest(
              coalesce(
                CAST(
                  (
                    (
                      EXTRACT(year FROM timezone(anon_11.time_zone, :param)) - EXTRACT(year FROM timezone(anon_11.time_zone, anon_11.anchor_at))
                    ) * :param + EXTRACT(month FROM timezone(anon_11.time_zone, :param))
                  ) - EXTRACT(month FROM timezone(anon_11.time_zone, anon_11.anchor_at)) AS INTEGER
                ) / nullif(:param, :nullif),
                (
                  CAST(timezone(anon_11.time_zone, :param) AS DATE) - CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE)
                ) / nullif(:param, :nullif)
              ),
              :greatest
            ) + :greatest
          ) AS numbers_follow_a(number) ON true
          LIMIT ALL OFFSET :param
        ) AS occurring_follow_a
        WHERE coalesce(occurring_follow_a.occurs_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_follow_a
      WHERE dated_follow_a.due_at IS NOT NULL
      AND dated_follow_a.due_at < dated_follow_a.valid_until
      AND dated_follow_a.due_at <= :param
      AND dated_follow_a.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_follow_a
    WHERE coalesce((judged_follow_a.reason NOT IN ('lead-of-another-class')), TRUE)
    UNION ALL
    SELECT 'follow-b' AS step,
    judged_follow_b.subject_id AS subject_id,
    judged_follow_b.occurs_at AS anchor_at,
    judged_follow_b.store_id AS store_id,
    judged_follow_b.customer_id AS customer_id,
    CASE
    WHEN (judged_follow_b.language = 'en') THEN :param
    WHEN (judged_follow_b.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_follow_b.due_at AS due_at,
    judged_follow_b.valid_until AS valid_until,
    judged_follow_b.due_at AS not_before,
    judged_follow_b.valid_until <= :param AS passed,
    judged_follow_b.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_follow_b.reason IS NULL) THEN jsonb_build_object(
      'urgency',
      judged_follow_b.urgency,
      'lead_state',
      judged_follow_b.state,
      'came_in',
      judged_follow_b."came-in",
      'last_contact',
      judged_follow_b.contact_at
    ) END AS figures,
    judged_follow_b.reason AS reason,
    judged_follow_b.reason IS NULL AS wanted
    FROM (
      SELECT dated_follow_b.subject_id AS subject_id,
      dated_follow_b.store_id AS store_id,
      dated_follow_b.customer_id AS customer_id,
      dated_follow_b.time_zone AS time_zone,
      dated_follow_b.language AS language,
      dated_follow_b.today AS today,
      dated_follow_b.anchor_at AS anchor_at,
      dated_follow_b."came-in" AS "came-in",
      dated_follow_b."first-contact-by" AS "first-contact-by",
      dated_follow_b."class-set" AS "class-set",
      dated_follow_b."postponed-to" AS "postponed-to",
      dated_follow_b.lost AS lost,
      dated_follow_b.contact_at AS contact_at,
      dated_follow_b.state AS state,
      dated_follow_b.won AS won,
      dated_follow_b.postponed AS postponed,
      dated_follow_b.urgency AS urgency,
      dated_follow_b.created_on AS created_on,
      dated_follow_b.occurs_at AS occurs_at,
      dated_follow_b.following AS following,
      dated_follow_b.before AS before,
      dated_follow_b.due_at AS due_at,
      dated_follow_b.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_17
          FROM touches
          WHERE touches.process = 'lead-followup'
          AND touches.subject_kind = 'lead'
          AND touches.step = 'follow-b'
          AND touches.subject_id = dated_follow_b.subject_id
          AND touches.anchor_at != dated_follow_b.occurs_at
          AND touches.due_at < dated_follow_b.due_at
          AND touches.valid_until > dated_follow_b.due_at
          AND touches.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
        )
      ) THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-three-months}')
        AND (dated_follow_b.state = 'won' OR dated_follow_b.won)
      ) THEN 'lead-won'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-three-months}') AND dated_follow_b.state = 'lost'
      ) THEN 'lead-is-lost'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-three-months}') AND dated_follow_b.state = 'expired'
      ) THEN 'lead-expired'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-three-months}') AND dated_follow_b.postponed
      ) THEN 'lead-postponed'
      WHEN (
        'lead-lost' = ANY ('{lead-open,buys-within-three-months}') AND dated_follow_b.state != 'lost'
      ) THEN 'lead-still-open'
      WHEN (
        'lead-uncontacted' = ANY ('{lead-open,buys-within-three-months}') AND dated_follow_b.contact_at IS NOT NULL
      ) THEN 'lead-contacted'
      WHEN (
        'ordered' = ANY ('{lead-open,buys-within-three-months}') AND dated_follow_b.urgency != 'O'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-week' = ANY ('{lead-open,buys-within-three-months}') AND dated_follow_b.urgency != 'H'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-month' = ANY ('{lead-open,buys-within-three-months}') AND dated_follow_b.urgency != 'A'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-three-months' = ANY ('{lead-open,buys-within-three-months}') AND dated_follow_b.urgency != 'B'
      ) THEN 'lead-of-another-class' END END AS reason
      FROM (
        SELECT occurring_follow_b.subject_id AS subject_id,
        occurring_follow_b.store_id AS store_id,
        occurring_follow_b.customer_id AS customer_id,
        occurring_follow_b.time_zone AS time_zone,
        occurring_follow_b.language AS language,
        occurring_follow_b.today AS today,
        occurring_follow_b.anchor_at AS anchor_at,
        occurring_follow_b."came-in" AS "came-in",
        occurring_follow_b."first-contact-by" AS "first-contact-by",
        occurring_follow_b."class-set" AS "class-set",
        occurring_follow_b."postponed-to" AS "postponed-to",
        occurring_follow_b.lost AS lost,
        occurring_follow_b.contact_at AS contact_at,
        occurring_follow_b.state AS state,
        occurring_follow_b.won AS won,
        occurring_follow_b.postponed AS postponed,
        occurring_follow_b.urgency AS urgency,
        occurring_follow_b.created_on AS created_on,
        occurring_follow_b.occurs_at AS occurs_at,
        occurring_follow_b.following AS following,
        occurring_follow_b.before AS before,
        timezone(
          occurring_follow_b.time_zone,
          CAST(
            timezone(occurring_follow_b.time_zone, occurring_follow_b.occurs_at) AS DATE
          ) + :param + '09:30:00'
        ) AS due_at,
        timezone(
          occurring_follow_b.time_zone,
          CAST(
            timezone(occurring_follow_b.time_zone, occurring_follow_b.following) AS DATE
          ) + :param + '09:30:00'
        ) AS valid_until
        FROM (
          SELECT anon_11.subject_id AS subject_id,
          anon_11.store_id AS store_id,
          anon_11.customer_id AS customer_id,
          anon_11.time_zone AS time_zone,
          anon_11.language AS language,
          anon_11.today AS today,
          anon_11.anchor_at AS anchor_at,
          anon_11."came-in" AS "came-in",
          anon_11."first-contact-by" AS "first-contact-by",
          anon_11."class-set" AS "class-set",
          anon_11."postponed-to" AS "postponed-to",
          anon_11.lost AS lost,
          anon_11.contact_at AS contact_at,
          anon_11.state AS state,
          anon_11.won AS won,
          anon_11.postponed AS postponed,
          anon_11.urgency AS urgency,
          anon_11.created_on AS created_on,
          CASE
          WHEN (numbers_follow_b.number = :number) THEN anon_11.anchor_at
          ELSE timezone(
            anon_11.time_zone,
            timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
              :make_interval, numbers_follow_b.number * :param, :make_interval, numbers_follow_b.number * :param
            ) + CASE
            WHEN (
              FALSE
              AND :param > :param
              AND EXTRACT(
                day
                FROM timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
                  :make_interval, numbers_follow_b.number * :param, :make_interval, numbers_follow_b.number * :param
                )
              ) < EXTRACT(day FROM timezone(anon_11.time_zone, anon_11.anchor_at))
            ) THEN '1 day, 0:00:00'
            ELSE '0:00:00' END
          ) END AS occurs_at,
          CASE
          WHEN (numbers_follow_b.number + :number = :param) THEN anon_11.anchor_at
          ELSE timezone(
            anon_11.time_zone,
            timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
              :make_interval,
              (numbers_follow_b.number + :number) * :param,
              :make_interval,
              (numbers_follow_b.number + :number) * :param
            ) + CASE
            WHEN (
              FALSE
              AND :param > :param
              AND EXTRACT(
                day
                FROM timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
                  :make_interval,
                  (numbers_follow_b.number + :number) * :param,
                  :make_interval,
                  (numbers_follow_b.number + :number) * :param
                )
              ) < EXTRACT(day FROM timezone(anon_11.time_zone, anon_11.anchor_at))
            ) THEN '1 day, 0:00:00'
            ELSE '0:00:00' END
          ) END AS following,
          CASE
          WHEN (numbers_follow_b.number = :number) THEN :param
          ELSE CASE
          WHEN (numbers_follow_b.number - :number = :param) THEN anon_11.anchor_at
          ELSE timezone(
            anon_11.time_zone,
            timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
              :make_interval,
              (numbers_follow_b.number - :number) * :param,
              :make_interval,
              (numbers_follow_b.number - :number) * :param
            ) + CASE
            WHEN (
              FALSE
              AND :param > :param
              AND EXTRACT(
                day
                FROM timezone(anon_11.time_zone, anon_11.anchor_at) + make_interval(
                  :make_interval,
                  (numbers_follow_b.number - :number) * :param,
                  :make_interval,
                  (numbers_follow_b.number - :number) * :param
                )
              ) < EXTRACT(day FROM timezone(anon_11.time_zone, anon_11.anchor_at))
            ) THEN '1 day, 0:00:00'
            ELSE '0:00:00' END
          ) END END AS before
          FROM anon_11
          JOIN LATERAL generate_series(
            greatest(
              coalesce(
                (
                  CAST(
                    (
                      (
                        EXTRACT(year FROM timezone(anon_11.time_zone, :param)) - EXTRACT(year FROM timezone(anon_11.time_zone, anon_11.anchor_at))
                      ) * :param + EXTRACT(month FROM timezone(anon_11.time_zone, :param))
                    ) - EXTRACT(month FROM timezone(anon_11.time_zone, anon_11.anchor_at)) AS INTEGER
                  ) - :param
                ) / nullif(:param, :nullif),
                (
                  CAST(timezone(anon_11.time_zone, :param) AS DATE) - CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE)
                ) / nullif(:param, :nullif)
              ),
              :greatest
            ),
            greatest(
              coalesce(
                CAST(
                  (
                    (
                      EXTRACT(year FROM timezone(anon_11.time_zone, :param)) - EXTRACT(year FROM timezone(anon_11.time_zone, anon_11.anchor_at))
                    ) * :param + EXTRACT(month FROM timezone(anon_11.time_zone, :param))
                  ) - EXTRACT(month FROM timezone(anon_11.time_zone, anon_11.anchor_at)) AS INTEGER
                ) / nullif(:param, :nullif),
                (
                  CAST(timezone(anon_11.time_zone, :param) AS DATE) - CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE)
                ) / nullif(:param, :nullif)
              ),
              :greatest
            ) + :greatest
          ) AS numbers_follow_b(number) ON true
          LIMIT ALL OFFSET :param
        ) AS occurring_follow_b
        WHERE coalesce(occurring_follow_b.occurs_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_follow_b
      WHERE dated_follow_b.due_at IS NOT NULL
      AND dated_follow_b.due_at < dated_follow_b.valid_until
      AND dated_follow_b.due_at <= :param
      AND dated_follow_b.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_follow_b
    WHERE coalesce((judged_follow_b.reason NOT IN ('lead-of-another-class')), TRUE)
    UNION ALL
    SELECT 'untouched-o' AS step,
    judged_untouched_o.subject_id AS subject_id,
    judged_untouched_o.anchor_at AS anchor_at,
    judged_untouched_o.store_id AS store_id,
    judged_untouched_o.customer_id AS customer_id,
    CASE
    WHEN (judged_untouched_o.language = 'en') THEN :param
    WHEN (judged_untouched_o.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_untouched_o.due_at AS due_at,
    judged_untouched_o.valid_until AS valid_until,
    judged_untouched_o.due_at AS not_before,
    judged_untouched_o.valid_until <= :param AS passed,
    judged_untouched_o.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_untouched_o.reason IS NULL) THEN jsonb_build_object(
      'urgency',
      judged_untouched_o.urgency,
      'lead_state',
      judged_untouched_o.state,
      'came_in',
      judged_untouched_o."came-in",
      'last_contact',
      judged_untouched_o.contact_at
    ) END AS figures,
    judged_untouched_o.reason AS reason,
    judged_untouched_o.reason IS NULL AS wanted
    FROM (
      SELECT dated_untouched_o.subject_id AS subject_id,
      dated_untouched_o.store_id AS store_id,
      dated_untouched_o.customer_id AS customer_id,
      dated_untouched_o.time_zone AS time_zone,
      dated_untouched_o.language AS language,
      dated_untouched_o.today AS today,
      dated_untouched_o.anchor_at AS anchor_at,
      dated_untouched_o."came-in" AS "came-in",
      dated_untouched_o."first-contact-by" AS "first-contact-by",
      dated_untouched_o."class-set" AS "class-set",
      dated_untouched_o."postponed-to" AS "postponed-to",
      dated_untouched_o.lost AS lost,
      dated_untouched_o.contact_at AS contact_at,
      dated_untouched_o.state AS state,
      dated_untouched_o.won AS won,
      dated_untouched_o.postponed AS postponed,
      dated_untouched_o.urgency AS urgency,
      dated_untouched_o.created_on AS created_on,
      dated_untouched_o.due_at AS due_at,
      dated_untouched_o.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'lead-open' = ANY ('{lead-open,ordered}') AND (dated_untouched_o.state = 'won' OR dated_untouched_o.won)
      ) THEN 'lead-won'
      WHEN (
        'lead-open' = ANY ('{lead-open,ordered}') AND dated_untouched_o.state = 'lost'
      ) THEN 'lead-is-lost'
      WHEN (
        'lead-open' = ANY ('{lead-open,ordered}') AND dated_untouched_o.state = 'expired'
      ) THEN 'lead-expired'
      WHEN ('lead-open' = ANY ('{lead-open,ordered}') AND dated_untouched_o.postponed) THEN 'lead-postponed'
      WHEN (
        'lead-lost' = ANY ('{lead-open,ordered}') AND dated_untouched_o.state != 'lost'
      ) THEN 'lead-still-open'
      WHEN (
        'lead-uncontacted' = ANY ('{lead-open,ordered}') AND dated_untouched_o.contact_at IS NOT NULL
      ) THEN 'lead-contacted'
      WHEN (
        'ordered' = ANY ('{lead-open,ordered}') AND dated_untouched_o.urgency != 'O'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-week' = ANY ('{lead-open,ordered}') AND dated_untouched_o.urgency != 'H'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-month' = ANY ('{lead-open,ordered}') AND dated_untouched_o.urgency != 'A'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-three-months' = ANY ('{lead-open,ordered}') AND dated_untouched_o.urgency != 'B'
      ) THEN 'lead-of-another-class' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11."came-in" AS "came-in",
        anon_11."first-contact-by" AS "first-contact-by",
        anon_11."class-set" AS "class-set",
        anon_11."postponed-to" AS "postponed-to",
        anon_11.lost AS lost,
        anon_11.contact_at AS contact_at,
        anon_11.state AS state,
        anon_11.won AS won,
        anon_11.postponed AS postponed,
        anon_11.urgency AS urgency,
        anon_11.created_on AS created_on,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE) + :param + '14:00:00'
        ) AS due_at,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE) + :param + '14:00:00'
        ) + '7 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_untouched_o
      WHERE dated_untouched_o.due_at IS NOT NULL
      AND dated_untouched_o.due_at < dated_untouched_o.valid_until
      AND dated_untouched_o.due_at <= :param
      AND dated_untouched_o.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_untouched_o
    WHERE coalesce((judged_untouched_o.reason NOT IN ('lead-of-another-class')), TRUE)
    UNION ALL
    SELECT 'untouched-h' AS step,
    judged_untouched_h.subject_id AS subject_id,
    judged_untouched_h.anchor_at AS anchor_at,
    judged_untouched_h.store_id AS store_id,
    judged_untouched_h.customer_id AS customer_id,
    CASE
    WHEN (judged_untouched_h.language = 'en') THEN :param
    WHEN (judged_untouched_h.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_untouched_h.due_at AS due_at,
    judged_untouched_h.valid_until AS valid_until,
    judged_untouched_h.due_at AS not_before,
    judged_untouched_h.valid_until <= :param AS passed,
    judged_untouched_h.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_untouched_h.reason IS NULL) THEN jsonb_build_object(
      'urgency',
      judged_untouched_h.urgency,
      'lead_state',
      judged_untouched_h.state,
      'came_in',
      judged_untouched_h."came-in",
      'last_contact',
      judged_untouched_h.contact_at
    ) END AS figures,
    judged_untouched_h.reason AS reason,
    judged_untouched_h.reason IS NULL AS wanted
    FROM (
      SELECT dated_untouched_h.subject_id AS subject_id,
      dated_untouched_h.store_id AS store_id,
      dated_untouched_h.customer_id AS customer_id,
      dated_untouched_h.time_zone AS time_zone,
      dated_untouched_h.language AS language,
      dated_untouched_h.today AS today,
      dated_untouched_h.anchor_at AS anchor_at,
      dated_untouched_h."came-in" AS "came-in",
      dated_untouched_h."first-contact-by" AS "first-contact-by",
      dated_untouched_h."class-set" AS "class-set",
      dated_untouched_h."postponed-to" AS "postponed-to",
      dated_untouched_h.lost AS lost,
      dated_untouched_h.contact_at AS contact_at,
      dated_untouched_h.state AS state,
      dated_untouched_h.won AS won,
      dated_untouched_h.postponed AS postponed,
      dated_untouched_h.urgency AS urgency,
      dated_untouched_h.created_on AS created_on,
      dated_untouched_h.due_at AS due_at,
      dated_untouched_h.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-week}')
        AND (dated_untouched_h.state = 'won' OR dated_untouched_h.won)
      ) THEN 'lead-won'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-week}') AND dated_untouched_h.state = 'lost'
      ) THEN 'lead-is-lost'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-week}') AND dated_untouched_h.state = 'expired'
      ) THEN 'lead-expired'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-week}') AND dated_untouched_h.postponed
      ) THEN 'lead-postponed'
      WHEN (
        'lead-lost' = ANY ('{lead-open,buys-within-a-week}') AND dated_untouched_h.state != 'lost'
      ) THEN 'lead-still-open'
      WHEN (
        'lead-uncontacted' = ANY ('{lead-open,buys-within-a-week}') AND dated_untouched_h.contact_at IS NOT NULL
      ) THEN 'lead-contacted'
      WHEN (
        'ordered' = ANY ('{lead-open,buys-within-a-week}') AND dated_untouched_h.urgency != 'O'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-week' = ANY ('{lead-open,buys-within-a-week}') AND dated_untouched_h.urgency != 'H'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-month' = ANY ('{lead-open,buys-within-a-week}') AND dated_untouched_h.urgency != 'A'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-three-months' = ANY ('{lead-open,buys-within-a-week}') AND dated_untouched_h.urgency != 'B'
      ) THEN 'lead-of-another-class' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11."came-in" AS "came-in",
        anon_11."first-contact-by" AS "first-contact-by",
        anon_11."class-set" AS "class-set",
        anon_11."postponed-to" AS "postponed-to",
        anon_11.lost AS lost,
        anon_11.contact_at AS contact_at,
        anon_11.state AS state,
        anon_11.won AS won,
        anon_11.postponed AS postponed,
        anon_11.urgency AS urgency,
        anon_11.created_on AS created_on,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE) + :param + '14:00:00'
        ) AS due_at,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE) + :param + '14:00:00'
        ) + '7 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_untouched_h
      WHERE dated_untouched_h.due_at IS NOT NULL
      AND dated_untouched_h.due_at < dated_untouched_h.valid_until
      AND dated_untouched_h.due_at <= :param
      AND dated_untouched_h.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_untouched_h
    WHERE coalesce((judged_untouched_h.reason NOT IN ('lead-of-another-class')), TRUE)
    UNION ALL
    SELECT 'untouched-a' AS step,
    judged_untouched_a.subject_id AS subject_id,
    judged_untouched_a.anchor_at AS anchor_at,
    judged_untouched_a.store_id AS store_id,
    judged_untouched_a.customer_id AS customer_id,
    CASE
    WHEN (judged_untouched_a.language = 'en') THEN :param
    WHEN (judged_untouched_a.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_untouched_a.due_at AS due_at,
    judged_untouched_a.valid_until AS valid_until,
    judged_untouched_a.due_at AS not_before,
    judged_untouched_a.valid_until <= :param AS passed,
    judged_untouched_a.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_untouched_a.reason IS NULL) THEN jsonb_build_object(
      'urgency',
      judged_untouched_a.urgency,
      'lead_state',
      judged_untouched_a.state,
      'came_in',
      judged_untouched_a."came-in",
      'last_contact',
      judged_untouched_a.contact_at
    ) END AS figures,
    judged_untouched_a.reason AS reason,
    judged_untouched_a.reason IS NULL AS wanted
    FROM (
      SELECT dated_untouched_a.subject_id AS subject_id,
      dated_untouched_a.store_id AS store_id,
      dated_untouched_a.customer_id AS customer_id,
      dated_untouched_a.time_zone AS time_zone,
      dated_untouched_a.language AS language,
      dated_untouched_a.today AS today,
      dated_untouched_a.anchor_at AS anchor_at,
      dated_untouched_a."came-in" AS "came-in",
      dated_untouched_a."first-contact-by" AS "first-contact-by",
      dated_untouched_a."class-set" AS "class-set",
      dated_untouched_a."postponed-to" AS "postponed-to",
      dated_untouched_a.lost AS lost,
      dated_untouched_a.contact_at AS contact_at,
      dated_untouched_a.state AS state,
      dated_untouched_a.won AS won,
      dated_untouched_a.postponed AS postponed,
      dated_untouched_a.urgency AS urgency,
      dated_untouched_a.created_on AS created_on,
      dated_untouched_a.due_at AS due_at,
      dated_untouched_a.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-month}')
        AND (dated_untouched_a.state = 'won' OR dated_untouched_a.won)
      ) THEN 'lead-won'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-month}') AND dated_untouched_a.state = 'lost'
      ) THEN 'lead-is-lost'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-month}') AND dated_untouched_a.state = 'expired'
      ) THEN 'lead-expired'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-month}') AND dated_untouched_a.postponed
      ) THEN 'lead-postponed'
      WHEN (
        'lead-lost' = ANY ('{lead-open,buys-within-a-month}') AND dated_untouched_a.state != 'lost'
      ) THEN 'lead-still-open'
      WHEN (
        'lead-uncontacted' = ANY ('{lead-open,buys-within-a-month}') AND dated_untouched_a.contact_at IS NOT NULL
      ) THEN 'lead-contacted'
      WHEN (
        'ordered' = ANY ('{lead-open,buys-within-a-month}') AND dated_untouched_a.urgency != 'O'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-week' = ANY ('{lead-open,buys-within-a-month}') AND dated_untouched_a.urgency != 'H'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-month' = ANY ('{lead-open,buys-within-a-month}') AND dated_untouched_a.urgency != 'A'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-three-months' = ANY ('{lead-open,buys-within-a-month}') AND dated_untouched_a.urgency != 'B'
      ) THEN 'lead-of-another-class' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11."came-in" AS "came-in",
        anon_11."first-contact-by" AS "first-contact-by",
        anon_11."class-set" AS "class-set",
        anon_11."postponed-to" AS "postponed-to",
        anon_11.lost AS lost,
        anon_11.contact_at AS contact_at,
        anon_11.state AS state,
        anon_11.won AS won,
        anon_11.postponed AS postponed,
        anon_11.urgency AS urgency,
        anon_11.created_on AS created_on,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE) + :param + '14:00:00'
        ) AS due_at,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE) + :param + '14:00:00'
        ) + '7 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_untouched_a
      WHERE dated_untouched_a.due_at IS NOT NULL
      AND dated_untouched_a.due_at < dated_untouched_a.valid_until
      AND dated_untouched_a.due_at <= :param
      AND dated_untouched_a.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_untouched_a
    WHERE coalesce((judged_untouched_a.reason NOT IN ('lead-of-another-class')), TRUE)
    UNION ALL
    SELECT 'untouched-b' AS step,
    judged_untouched_b.subject_id AS subject_id,
    judged_untouched_b.anchor_at AS anchor_at,
    judged_untouched_b.store_id AS store_id,
    judged_untouched_b.customer_id AS customer_id,
    CASE
    WHEN (judged_untouched_b.language = 'en') THEN :param
    WHEN (judged_untouched_b.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_untouched_b.due_at AS due_at,
    judged_untouched_b.valid_until AS valid_until,
    judged_untouched_b.due_at AS not_before,
    judged_untouched_b.valid_until <= :param AS passed,
    judged_untouched_b.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_untouched_b.reason IS NULL) THEN jsonb_build_object(
      'urgency',
      judged_untouched_b.urgency,
      'lead_state',
      judged_untouched_b.state,
      'came_in',
      judged_untouched_b."came-in",
      'last_contact',
      judged_untouched_b.contact_at
    ) END AS figures,
    judged_untouched_b.reason AS reason,
    judged_untouched_b.reason IS NULL AS wanted
    FROM (
      SELECT dated_untouched_b.subject_id AS subject_id,
      dated_untouched_b.store_id AS store_id,
      dated_untouched_b.customer_id AS customer_id,
      dated_untouched_b.time_zone AS time_zone,
      dated_untouched_b.language AS language,
      dated_untouched_b.today AS today,
      dated_untouched_b.anchor_at AS anchor_at,
      dated_untouched_b."came-in" AS "came-in",
      dated_untouched_b."first-contact-by" AS "first-contact-by",
      dated_untouched_b."class-set" AS "class-set",
      dated_untouched_b."postponed-to" AS "postponed-to",
      dated_untouched_b.lost AS lost,
      dated_untouched_b.contact_at AS contact_at,
      dated_untouched_b.state AS state,
      dated_untouched_b.won AS won,
      dated_untouched_b.postponed AS postponed,
      dated_untouched_b.urgency AS urgency,
      dated_untouched_b.created_on AS created_on,
      dated_untouched_b.due_at AS due_at,
      dated_untouched_b.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-three-months}')
        AND (dated_untouched_b.state = 'won' OR dated_untouched_b.won)
      ) THEN 'lead-won'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-three-months}') AND dated_untouched_b.state = 'lost'
      ) THEN 'lead-is-lost'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-three-months}') AND dated_untouched_b.state = 'expired'
      ) THEN 'lead-expired'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-three-months}') AND dated_untouched_b.postponed
      ) THEN 'lead-postponed'
      WHEN (
        'lead-lost' = ANY ('{lead-open,buys-within-three-months}') AND dated_untouched_b.state != 'lost'
      ) THEN 'lead-still-open'
      WHEN (
        'lead-uncontacted' = ANY ('{lead-open,buys-within-three-months}') AND dated_untouched_b.contact_at IS NOT NULL
      ) THEN 'lead-contacted'
      WHEN (
        'ordered' = ANY ('{lead-open,buys-within-three-months}') AND dated_untouched_b.urgency != 'O'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-week' = ANY ('{lead-open,buys-within-three-months}') AND dated_untouched_b.urgency != 'H'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-month' = ANY ('{lead-open,buys-within-three-months}') AND dated_untouched_b.urgency != 'A'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-three-months' = ANY ('{lead-open,buys-within-three-months}') AND dated_untouched_b.urgency != 'B'
      ) THEN 'lead-of-another-class' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11."came-in" AS "came-in",
        anon_11."first-contact-by" AS "first-contact-by",
        anon_11."class-set" AS "class-set",
        anon_11."postponed-to" AS "postponed-to",
        anon_11.lost AS lost,
        anon_11.contact_at AS contact_at,
        anon_11.state AS state,
        anon_11.won AS won,
        anon_11.postponed AS postponed,
        anon_11.urgency AS urgency,
        anon_11.created_on AS created_on,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE) + :param + '14:00:00'
        ) AS due_at,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE) + :param + '14:00:00'
        ) + '7 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_untouched_b
      WHERE dated_untouched_b.due_at IS NOT NULL
      AND dated_untouched_b.due_at < dated_untouched_b.valid_until
      AND dated_untouched_b.due_at <= :param
      AND dated_untouched_b.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_untouched_b
    WHERE coalesce((judged_untouched_b.reason NOT IN ('lead-of-another-class')), TRUE)
    UNION ALL
    SELECT 'regrade-h' AS step,
    judged_regrade_h.subject_id AS subject_id,
    judged_regrade_h.anchor_at AS anchor_at,
    judged_regrade_h.store_id AS store_id,
    judged_regrade_h.customer_id AS customer_id,
    CASE
    WHEN (judged_regrade_h.language = 'en') THEN :param
    WHEN (judged_regrade_h.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_regrade_h.due_at AS due_at,
    judged_regrade_h.valid_until AS valid_until,
    judged_regrade_h.due_at AS not_before,
    judged_regrade_h.valid_until <= :param AS passed,
    judged_regrade_h.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_regrade_h.reason IS NULL) THEN jsonb_build_object(
      'urgency',
      judged_regrade_h.urgency,
      'lead_state',
      judged_regrade_h.state,
      'came_in',
      judged_regrade_h."came-in",
      'last_contact',
      judged_regrade_h.contact_at
    ) END AS figures,
    judged_regrade_h.reason AS reason,
    judged_regrade_h.reason IS NULL AS wanted
    FROM (
      SELECT dated_regrade_h.subject_id AS subject_id,
      dated_regrade_h.store_id AS store_id,
      dated_regrade_h.customer_id AS customer_id,
      dated_regrade_h.time_zone AS time_zone,
      dated_regrade_h.language AS language,
      dated_regrade_h.today AS today,
      dated_regrade_h.anchor_at AS anchor_at,
      dated_regrade_h."came-in" AS "came-in",
      dated_regrade_h."first-contact-by" AS "first-contact-by",
      dated_regrade_h."class-set" AS "class-set",
      dated_regrade_h."postponed-to" AS "postponed-to",
      dated_regrade_h.lost AS lost,
      dated_regrade_h.contact_at AS contact_at,
      dated_regrade_h.state AS state,
      dated_regrade_h.won AS won,
      dated_regrade_h.postponed AS postponed,
      dated_regrade_h.urgency AS urgency,
      dated_regrade_h.created_on AS created_on,
      dated_regrade_h.due_at AS due_at,
      dated_regrade_h.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-week}') AND (dated_regrade_h.state = 'won' OR dated_regrade_h.won)
      ) THEN 'lead-won'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-week}') AND dated_regrade_h.state = 'lost'
      ) THEN 'lead-is-lost'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-week}') AND dated_regrade_h.state = 'expired'
      ) THEN 'lead-expired'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-week}') AND dated_regrade_h.postponed
      ) THEN 'lead-postponed'
      WHEN (
        'lead-lost' = ANY ('{lead-open,buys-within-a-week}') AND dated_regrade_h.state != 'lost'
      ) THEN 'lead-still-open'
      WHEN (
        'lead-uncontacted' = ANY ('{lead-open,buys-within-a-week}') AND dated_regrade_h.contact_at IS NOT NULL
      ) THEN 'lead-contacted'
      WHEN (
        'ordered' = ANY ('{lead-open,buys-within-a-week}') AND dated_regrade_h.urgency != 'O'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-week' = ANY ('{lead-open,buys-within-a-week}') AND dated_regrade_h.urgency != 'H'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-month' = ANY ('{lead-open,buys-within-a-week}') AND dated_regrade_h.urgency != 'A'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-three-months' = ANY ('{lead-open,buys-within-a-week}') AND dated_regrade_h.urgency != 'B'
      ) THEN 'lead-of-another-class' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11."came-in" AS "came-in",
        anon_11."first-contact-by" AS "first-contact-by",
        anon_11."class-set" AS "class-set",
        anon_11."postponed-to" AS "postponed-to",
        anon_11.lost AS lost,
        anon_11.contact_at AS contact_at,
        anon_11.state AS state,
        anon_11.won AS won,
        anon_11.postponed AS postponed,
        anon_11.urgency AS urgency,
        anon_11.created_on AS created_on,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11."class-set") AS DATE) + :param + '09:00:00'
        ) AS due_at,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11."class-set") AS DATE) + :param + '09:00:00'
        ) + '7 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11."class-set" BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_regrade_h
      WHERE dated_regrade_h.due_at IS NOT NULL
      AND dated_regrade_h.due_at < dated_regrade_h.valid_until
      AND dated_regrade_h.due_at <= :param
      AND dated_regrade_h.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_regrade_h
    WHERE coalesce((judged_regrade_h.reason NOT IN ('lead-of-another-class')), TRUE)
    UNION ALL
    SELECT 'regrade-a' AS step,
    judged_regrade_a.subject_id AS subject_id,
    judged_regrade_a.anchor_at AS anchor_at,
    judged_regrade_a.store_id AS store_id,
    judged_regrade_a.customer_id AS customer_id,
    CASE
    WHEN (judged_regrade_a.language = 'en') THEN :param
    WHEN (judged_regrade_a.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_regrade_a.due_at AS due_at,
    judged_regrade_a.valid_until AS valid_until,
    judged_regrade_a.due_at AS not_before,
    judged_regrade_a.valid_until <= :param AS passed,
    judged_regrade_a.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_regrade_a.reason IS NULL) THEN jsonb_build_object(
      'urgency',
      judged_regrade_a.urgency,
      'lead_state',
      judged_regrade_a.state,
      'came_in',
      judged_regrade_a."came-in",
      'last_contact',
      judged_regrade_a.contact_at
    ) END AS figures,
    judged_regrade_a.reason AS reason,
    judged_regrade_a.reason IS NULL AS wanted
    FROM (
      SELECT dated_regrade_a.subject_id AS subject_id,
      dated_regrade_a.store_id AS store_id,
      dated_regrade_a.customer_id AS customer_id,
      dated_regrade_a.time_zone AS time_zone,
      dated_regrade_a.language AS language,
      dated_regrade_a.today AS today,
      dated_regrade_a.anchor_at AS anchor_at,
      dated_regrade_a."came-in" AS "came-in",
      dated_regrade_a."first-contact-by" AS "first-contact-by",
      dated_regrade_a."class-set" AS "class-set",
      dated_regrade_a."postponed-to" AS "postponed-to",
      dated_regrade_a.lost AS lost,
      dated_regrade_a.contact_at AS contact_at,
      dated_regrade_a.state AS state,
      dated_regrade_a.won AS won,
      dated_regrade_a.postponed AS postponed,
      dated_regrade_a.urgency AS urgency,
      dated_regrade_a.created_on AS created_on,
      dated_regrade_a.due_at AS due_at,
      dated_regrade_a.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-month}') AND (dated_regrade_a.state = 'won' OR dated_regrade_a.won)
      ) THEN 'lead-won'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-month}') AND dated_regrade_a.state = 'lost'
      ) THEN 'lead-is-lost'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-month}') AND dated_regrade_a.state = 'expired'
      ) THEN 'lead-expired'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-a-month}') AND dated_regrade_a.postponed
      ) THEN 'lead-postponed'
      WHEN (
        'lead-lost' = ANY ('{lead-open,buys-within-a-month}') AND dated_regrade_a.state != 'lost'
      ) THEN 'lead-still-open'
      WHEN (
        'lead-uncontacted' = ANY ('{lead-open,buys-within-a-month}') AND dated_regrade_a.contact_at IS NOT NULL
      ) THEN 'lead-contacted'
      WHEN (
        'ordered' = ANY ('{lead-open,buys-within-a-month}') AND dated_regrade_a.urgency != 'O'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-week' = ANY ('{lead-open,buys-within-a-month}') AND dated_regrade_a.urgency != 'H'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-month' = ANY ('{lead-open,buys-within-a-month}') AND dated_regrade_a.urgency != 'A'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-three-months' = ANY ('{lead-open,buys-within-a-month}') AND dated_regrade_a.urgency != 'B'
      ) THEN 'lead-of-another-class' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11."came-in" AS "came-in",
        anon_11."first-contact-by" AS "first-contact-by",
        anon_11."class-set" AS "class-set",
        anon_11."postponed-to" AS "postponed-to",
        anon_11.lost AS lost,
        anon_11.contact_at AS contact_at,
        anon_11.state AS state,
        anon_11.won AS won,
        anon_11.postponed AS postponed,
        anon_11.urgency AS urgency,
        anon_11.created_on AS created_on,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11."class-set") AS DATE) + :param + '09:00:00'
        ) AS due_at,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11."class-set") AS DATE) + :param + '09:00:00'
        ) + '7 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11."class-set" BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_regrade_a
      WHERE dated_regrade_a.due_at IS NOT NULL
      AND dated_regrade_a.due_at < dated_regrade_a.valid_until
      AND dated_regrade_a.due_at <= :param
      AND dated_regrade_a.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_regrade_a
    WHERE coalesce((judged_regrade_a.reason NOT IN ('lead-of-another-class')), TRUE)
    UNION ALL
    SELECT 'regrade-b' AS step,
    judged_regrade_b.subject_id AS subject_id,
    judged_regrade_b.anchor_at AS anchor_at,
    judged_regrade_b.store_id AS store_id,
    judged_regrade_b.customer_id AS customer_id,
    CASE
    WHEN (judged_regrade_b.language = 'en') THEN :param
    WHEN (judged_regrade_b.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_regrade_b.due_at AS due_at,
    judged_regrade_b.valid_until AS valid_until,
    judged_regrade_b.due_at AS not_before,
    judged_regrade_b.valid_until <= :param AS passed,
    judged_regrade_b.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_regrade_b.reason IS NULL) THEN jsonb_build_object(
      'urgency',
      judged_regrade_b.urgency,
      'lead_state',
      judged_regrade_b.state,
      'came_in',
      judged_regrade_b."came-in",
      'last_contact',
      judged_regrade_b.contact_at
    ) END AS figures,
    judged_regrade_b.reason AS reason,
    judged_regrade_b.reason IS NULL AS wanted
    FROM (
      SELECT dated_regrade_b.subject_id AS subject_id,
      dated_regrade_b.store_id AS store_id,
      dated_regrade_b.customer_id AS customer_id,
      dated_regrade_b.time_zone AS time_zone,
      dated_regrade_b.language AS language,
      dated_regrade_b.today AS today,
      dated_regrade_b.anchor_at AS anchor_at,
      dated_regrade_b."came-in" AS "came-in",
      dated_regrade_b."first-contact-by" AS "first-contact-by",
      dated_regrade_b."class-set" AS "class-set",
      dated_regrade_b."postponed-to" AS "postponed-to",
      dated_regrade_b.lost AS lost,
      dated_regrade_b.contact_at AS contact_at,
      dated_regrade_b.state AS state,
      dated_regrade_b.won AS won,
      dated_regrade_b.postponed AS postponed,
      dated_regrade_b.urgency AS urgency,
      dated_regrade_b.created_on AS created_on,
      dated_regrade_b.due_at AS due_at,
      dated_regrade_b.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-three-months}')
        AND (dated_regrade_b.state = 'won' OR dated_regrade_b.won)
      ) THEN 'lead-won'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-three-months}') AND dated_regrade_b.state = 'lost'
      ) THEN 'lead-is-lost'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-three-months}') AND dated_regrade_b.state = 'expired'
      ) THEN 'lead-expired'
      WHEN (
        'lead-open' = ANY ('{lead-open,buys-within-three-months}') AND dated_regrade_b.postponed
      ) THEN 'lead-postponed'
      WHEN (
        'lead-lost' = ANY ('{lead-open,buys-within-three-months}') AND dated_regrade_b.state != 'lost'
      ) THEN 'lead-still-open'
      WHEN (
        'lead-uncontacted' = ANY ('{lead-open,buys-within-three-months}') AND dated_regrade_b.contact_at IS NOT NULL
      ) THEN 'lead-contacted'
      WHEN (
        'ordered' = ANY ('{lead-open,buys-within-three-months}') AND dated_regrade_b.urgency != 'O'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-week' = ANY ('{lead-open,buys-within-three-months}') AND dated_regrade_b.urgency != 'H'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-month' = ANY ('{lead-open,buys-within-three-months}') AND dated_regrade_b.urgency != 'A'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-three-months' = ANY ('{lead-open,buys-within-three-months}') AND dated_regrade_b.urgency != 'B'
      ) THEN 'lead-of-another-class' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11."came-in" AS "came-in",
        anon_11."first-contact-by" AS "first-contact-by",
        anon_11."class-set" AS "class-set",
        anon_11."postponed-to" AS "postponed-to",
        anon_11.lost AS lost,
        anon_11.contact_at AS contact_at,
        anon_11.state AS state,
        anon_11.won AS won,
        anon_11.postponed AS postponed,
        anon_11.urgency AS urgency,
        anon_11.created_on AS created_on,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11."class-set") AS DATE) + :param + '09:00:00'
        ) AS due_at,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11."class-set") AS DATE) + :param + '09:00:00'
        ) + '7 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11."class-set" BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_regrade_b
      WHERE dated_regrade_b.due_at IS NOT NULL
      AND dated_regrade_b.due_at < dated_regrade_b.valid_until
      AND dated_regrade_b.due_at <= :param
      AND dated_regrade_b.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_regrade_b
    WHERE coalesce((judged_regrade_b.reason NOT IN ('lead-of-another-class')), TRUE)
    UNION ALL
    SELECT 'postponed-to' AS step,
    judged_postponed_to.subject_id AS subject_id,
    judged_postponed_to.anchor_at AS anchor_at,
    judged_postponed_to.store_id AS store_id,
    judged_postponed_to.customer_id AS customer_id,
    CASE
    WHEN (judged_postponed_to.language = 'en') THEN :param
    WHEN (judged_postponed_to.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_postponed_to.due_at AS due_at,
    judged_postponed_to.valid_until AS valid_until,
    judged_postponed_to.due_at AS not_before,
    judged_postponed_to.valid_until <= :param AS passed,
    judged_postponed_to.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_postponed_to.reason IS NULL) THEN jsonb_build_object(
      'urgency',
      judged_postponed_to.urgency,
      'lead_state',
      judged_postponed_to.state,
      'came_in',
      judged_postponed_to."came-in",
      'last_contact',
      judged_postponed_to.contact_at
    ) END AS figures,
    judged_postponed_to.reason AS reason,
    judged_postponed_to.reason IS NULL AS wanted
    FROM (
      SELECT dated_postponed_to.subject_id AS subject_id,
      dated_postponed_to.store_id AS store_id,
      dated_postponed_to.customer_id AS customer_id,
      dated_postponed_to.time_zone AS time_zone,
      dated_postponed_to.language AS language,
      dated_postponed_to.today AS today,
      dated_postponed_to.anchor_at AS anchor_at,
      dated_postponed_to."came-in" AS "came-in",
      dated_postponed_to."first-contact-by" AS "first-contact-by",
      dated_postponed_to."class-set" AS "class-set",
      dated_postponed_to."postponed-to" AS "postponed-to",
      dated_postponed_to.lost AS lost,
      dated_postponed_to.contact_at AS contact_at,
      dated_postponed_to.state AS state,
      dated_postponed_to.won AS won,
      dated_postponed_to.postponed AS postponed,
      dated_postponed_to.urgency AS urgency,
      dated_postponed_to.created_on AS created_on,
      dated_postponed_to.due_at AS due_at,
      dated_postponed_to.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'lead-open' = ANY ('{lead-open}') AND (dated_postponed_to.state = 'won' OR dated_postponed_to.won)
      ) THEN 'lead-won'
      WHEN ('lead-open' = ANY ('{lead-open}') AND dated_postponed_to.state = 'lost') THEN 'lead-is-lost'
      WHEN ('lead-open' = ANY ('{lead-open}') AND dated_postponed_to.state = 'expired') THEN 'lead-expired'
      WHEN ('lead-open' = ANY ('{lead-open}') AND dated_postponed_to.postponed) THEN 'lead-postponed'
      WHEN ('lead-lost' = ANY ('{lead-open}') AND dated_postponed_to.state != 'lost') THEN 'lead-still-open'
      WHEN (
        'lead-uncontacted' = ANY ('{lead-open}') AND dated_postponed_to.contact_at IS NOT NULL
      ) THEN 'lead-contacted'
      WHEN ('ordered' = ANY ('{lead-open}') AND dated_postponed_to.urgency != 'O') THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-week' = ANY ('{lead-open}') AND dated_postponed_to.urgency != 'H'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-month' = ANY ('{lead-open}') AND dated_postponed_to.urgency != 'A'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-three-months' = ANY ('{lead-open}') AND dated_postponed_to.urgency != 'B'
      ) THEN 'lead-of-another-class' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11."came-in" AS "came-in",
        anon_11."first-contact-by" AS "first-contact-by",
        anon_11."class-set" AS "class-set",
        anon_11."postponed-to" AS "postponed-to",
        anon_11.lost AS lost,
        anon_11.contact_at AS contact_at,
        anon_11.state AS state,
        anon_11.won AS won,
        anon_11.postponed AS postponed,
        anon_11.urgency AS urgency,
        anon_11.created_on AS created_on,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11."postponed-to") AS DATE) + :param + '09:30:00'
        ) AS due_at,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11."postponed-to") AS DATE) + :param + '09:30:00'
        ) + '3 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11."postponed-to" BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_postponed_to
      WHERE dated_postponed_to.due_at IS NOT NULL
      AND dated_postponed_to.due_at < dated_postponed_to.valid_until
      AND dated_postponed_to.due_at <= :param
      AND dated_postponed_to.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_postponed_to
    WHERE coalesce((judged_postponed_to.reason NOT IN ('lead-of-another-class')), TRUE)
    UNION ALL
    SELECT 'lost-reason' AS step,
    judged_lost_reason.subject_id AS subject_id,
    judged_lost_reason.anchor_at AS anchor_at,
    judged_lost_reason.store_id AS store_id,
    judged_lost_reason.customer_id AS customer_id,
    CASE
    WHEN (judged_lost_reason.language = 'en') THEN :param
    WHEN (judged_lost_reason.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_lost_reason.due_at AS due_at,
    judged_lost_reason.valid_until AS valid_until,
    judged_lost_reason.due_at AS not_before,
    judged_lost_reason.valid_until <= :param AS passed,
    judged_lost_reason.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_lost_reason.reason IS NULL) THEN jsonb_build_object(
      'urgency',
      judged_lost_reason.urgency,
      'lead_state',
      judged_lost_reason.state,
      'came_in',
      judged_lost_reason."came-in",
      'last_contact',
      judged_lost_reason.contact_at
    ) END AS figures,
    judged_lost_reason.reason AS reason,
    judged_lost_reason.reason IS NULL AS wanted
    FROM (
      SELECT dated_lost_reason.subject_id AS subject_id,
      dated_lost_reason.store_id AS store_id,
      dated_lost_reason.customer_id AS customer_id,
      dated_lost_reason.time_zone AS time_zone,
      dated_lost_reason.language AS language,
      dated_lost_reason.today AS today,
      dated_lost_reason.anchor_at AS anchor_at,
      dated_lost_reason."came-in" AS "came-in",
      dated_lost_reason."first-contact-by" AS "first-contact-by",
      dated_lost_reason."class-set" AS "class-set",
      dated_lost_reason."postponed-to" AS "postponed-to",
      dated_lost_reason.lost AS lost,
      dated_lost_reason.contact_at AS contact_at,
      dated_lost_reason.state AS state,
      dated_lost_reason.won AS won,
      dated_lost_reason.postponed AS postponed,
      dated_lost_reason.urgency AS urgency,
      dated_lost_reason.created_on AS created_on,
      dated_lost_reason.due_at AS due_at,
      dated_lost_reason.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'lead-open' = ANY ('{lead-lost}') AND (dated_lost_reason.state = 'won' OR dated_lost_reason.won)
      ) THEN 'lead-won'
      WHEN ('lead-open' = ANY ('{lead-lost}') AND dated_lost_reason.state = 'lost') THEN 'lead-is-lost'
      WHEN ('lead-open' = ANY ('{lead-lost}') AND dated_lost_reason.state = 'expired') THEN 'lead-expired'
      WHEN ('lead-open' = ANY ('{lead-lost}') AND dated_lost_reason.postponed) THEN 'lead-postponed'
      WHEN ('lead-lost' = ANY ('{lead-lost}') AND dated_lost_reason.state != 'lost') THEN 'lead-still-open'
      WHEN (
        'lead-uncontacted' = ANY ('{lead-lost}') AND dated_lost_reason.contact_at IS NOT NULL
      ) THEN 'lead-contacted'
      WHEN ('ordered' = ANY ('{lead-lost}') AND dated_lost_reason.urgency != 'O') THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-week' = ANY ('{lead-lost}') AND dated_lost_reason.urgency != 'H'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-month' = ANY ('{lead-lost}') AND dated_lost_reason.urgency != 'A'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-three-months' = ANY ('{lead-lost}') AND dated_lost_reason.urgency != 'B'
      ) THEN 'lead-of-another-class' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11."came-in" AS "came-in",
        anon_11."first-contact-by" AS "first-contact-by",
        anon_11."class-set" AS "class-set",
        anon_11."postponed-to" AS "postponed-to",
        anon_11.lost AS lost,
        anon_11.contact_at AS contact_at,
        anon_11.state AS state,
        anon_11.won AS won,
        anon_11.postponed AS postponed,
        anon_11.urgency AS urgency,
        anon_11.created_on AS created_on,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11.lost) AS DATE) + :param + '16:00:00'
        ) AS due_at,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11.lost) AS DATE) + :param + '16:00:00'
        ) + '7 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.lost BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_lost_reason
      WHERE dated_lost_reason.due_at IS NOT NULL
      AND dated_lost_reason.due_at < dated_lost_reason.valid_until
      AND dated_lost_reason.due_at <= :param
      AND dated_lost_reason.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_lost_reason
    WHERE coalesce((judged_lost_reason.reason NOT IN ('lead-of-another-class')), TRUE)
    UNION ALL
    SELECT 'one-year' AS step,
    judged_one_year.subject_id AS subject_id,
    judged_one_year.anchor_at AS anchor_at,
    judged_one_year.store_id AS store_id,
    judged_one_year.customer_id AS customer_id,
    CASE
    WHEN (judged_one_year.language = 'en') THEN :param
    WHEN (judged_one_year.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_one_year.due_at AS due_at,
    judged_one_year.valid_until AS valid_until,
    judged_one_year.due_at AS not_before,
    judged_one_year.valid_until <= :param AS passed,
    judged_one_year.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_one_year.reason IS NULL) THEN jsonb_build_object(
      'urgency',
      judged_one_year.urgency,
      'lead_state',
      judged_one_year.state,
      'came_in',
      judged_one_year."came-in",
      'last_contact',
      judged_one_year.contact_at
    ) END AS figures,
    judged_one_year.reason AS reason,
    judged_one_year.reason IS NULL AS wanted
    FROM (
      SELECT dated_one_year.subject_id AS subject_id,
      dated_one_year.store_id AS store_id,
      dated_one_year.customer_id AS customer_id,
      dated_one_year.time_zone AS time_zone,
      dated_one_year.language AS language,
      dated_one_year.today AS today,
      dated_one_year.anchor_at AS anchor_at,
      dated_one_year."came-in" AS "came-in",
      dated_one_year."first-contact-by" AS "first-contact-by",
      dated_one_year."class-set" AS "class-set",
      dated_one_year."postponed-to" AS "postponed-to",
      dated_one_year.lost AS lost,
      dated_one_year.contact_at AS contact_at,
      dated_one_year.state AS state,
      dated_one_year.won AS won,
      dated_one_year.postponed AS postponed,
      dated_one_year.urgency AS urgency,
      dated_one_year.created_on AS created_on,
      dated_one_year.due_at AS due_at,
      dated_one_year.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_18
          FROM touches
          WHERE touches.process = 'lead-followup'
          AND touches.subject_kind = 'lead'
          AND touches.subject_id = dated_one_year.subject_id
          AND touches.step = 'one-year'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_one_year.anchor_at
          AND touches.anchor_at BETWEEN dated_one_year.anchor_at - '180 days, 0:00:00'
          AND dated_one_year.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'lead-open' = ANY ('{lead-open}') AND (dated_one_year.state = 'won' OR dated_one_year.won)
      ) THEN 'lead-won'
      WHEN ('lead-open' = ANY ('{lead-open}') AND dated_one_year.state = 'lost') THEN 'lead-is-lost'
      WHEN ('lead-open' = ANY ('{lead-open}') AND dated_one_year.state = 'expired') THEN 'lead-expired'
      WHEN ('lead-open' = ANY ('{lead-open}') AND dated_one_year.postponed) THEN 'lead-postponed'
      WHEN ('lead-lost' = ANY ('{lead-open}') AND dated_one_year.state != 'lost') THEN 'lead-still-open'
      WHEN (
        'lead-uncontacted' = ANY ('{lead-open}') AND dated_one_year.contact_at IS NOT NULL
      ) THEN 'lead-contacted'
      WHEN ('ordered' = ANY ('{lead-open}') AND dated_one_year.urgency != 'O') THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-week' = ANY ('{lead-open}') AND dated_one_year.urgency != 'H'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-a-month' = ANY ('{lead-open}') AND dated_one_year.urgency != 'A'
      ) THEN 'lead-of-another-class'
      WHEN (
        'buys-within-three-months' = ANY ('{lead-open}') AND dated_one_year.urgency != 'B'
      ) THEN 'lead-of-another-class' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11."came-in" AS "came-in",
        anon_11."first-contact-by" AS "first-contact-by",
        anon_11."class-set" AS "class-set",
        anon_11."postponed-to" AS "postponed-to",
        anon_11.lost AS lost,
        anon_11.contact_at AS contact_at,
        anon_11.state AS state,
        anon_11.won AS won,
        anon_11.postponed AS postponed,
        anon_11.urgency AS urgency,
        anon_11.created_on AS created_on,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11."came-in") AS DATE) + :param + '10:00:00'
        ) AS due_at,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11."came-in") AS DATE) + :param + '10:00:00'
        ) + '30 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11."came-in" BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_one_year
      WHERE dated_one_year.due_at IS NOT NULL
      AND dated_one_year.due_at < dated_one_year.valid_until
      AND dated_one_year.due_at <= :param
      AND dated_one_year.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_one_year
    WHERE coalesce((judged_one_year.reason NOT IN ('lead-of-another-class')), TRUE)
  ) AS population
),
planned AS /* the touches that were not there yet, inserted */ (
  INSERT INTO touches (
    process,
    subject_kind,
    subject_id,
    anchor_at,
    step,
    kind,
    purpose,
    priority,
    obligation,
    works_holidays,
    store_id,
    customer_id,
    policy_version_id,
    template_version_id,
    channels,
    conditions,
    role,
    approval,
    effects,
    series,
    due_at,
    valid_until,
    not_before,
    state,
    figures,
    state_at,
    planned_at,
    planned_by,
    gate,
    reason
  )
  SELECT wanted.process AS process,
  wanted.subject_kind AS subject_kind,
  wanted.subject_id AS subject_id,
  wanted.anchor_at AS anchor_at,
  wanted.step AS step,
  wanted.kind AS kind,
  wanted.purpose AS purpose,
  wanted.priority AS priority,
  wanted.obligation AS obligation,
  wanted.works_holidays AS works_holidays,
  wanted.store_id AS store_id,
  wanted.customer_id AS customer_id,
  wanted.policy_version_id AS policy_version_id,
  wanted.template_version_id AS template_version_id,
  wanted.channels AS channels,
  wanted.conditions AS conditions,
  wanted.role AS role,
  wanted.approval AS approval,
  wanted.effects AS effects,
  wanted.series AS series,
  wanted.due_at AS due_at,
  wanted.valid_until AS valid_until,
  wanted.not_before AS not_before,
  wanted.state AS state,
  wanted.figures AS figures,
  :param AS anon_5,
  :param AS anon_6,
  NULL AS anon_7,
  CASE
  WHEN (wanted.state = 'skipped') THEN 'validity' END AS anon_8,
  CASE
  WHEN (wanted.state = 'skipped') THEN wanted.late END AS anon_9
  FROM (
    SELECT 'lead-followup' AS process,
    steps.subject_kind AS subject_kind,
    looked_at.subject_id AS subject_id,
    looked_at.anchor_at AS anchor_at,
    looked_at.step AS step,
    CASE
    WHEN looked_at.late THEN steps.kind_when_late
    ELSE steps.kind END AS kind,
    steps.purpose AS purpose,
    :param AS priority,
    steps.obligation AS obligation,
    steps.works_holidays AS works_holidays,
    looked_at.store_id AS store_id,
    looked_at.customer_id AS customer_id,
    :param AS policy_version_id,
    looked_at.template_version_id AS template_version_id,
    CASE
    WHEN looked_at.late THEN steps.channels_when_late
    ELSE steps.channels END AS channels,
    steps.conditions AS conditions,
    steps.role AS role,
    steps.approval AS approval,
    steps.effects AS effects,
    steps.series AS series,
    looked_at.due_at AS due_at,
    looked_at.valid_until AS valid_until,
    looked_at.not_before AS not_before,
    CASE
    WHEN (looked_at.passed OR looked_at.late AND steps.skipped_when_late) THEN 'skipped'
    ELSE steps.state END AS state,
    CASE
    WHEN looked_at.passed THEN 'time-passed'
    WHEN looked_at.late THEN 'found-too-late' END AS late,
    looked_at.figures AS figures,
    looked_at.reason AS reason,
    looked_at.wanted AS wanted
    FROM looked_at
    LEFT OUTER JOIN jsonb_to_recordset(:param) AS steps(
      step TEXT,
      subject_kind VARCHAR(40),
      kind VARCHAR(40),
      kind_when_late VARCHAR(40),
      purpose VARCHAR(40),
      obligation BOOLEAN,
      works_holidays BOOLEAN,
      channels TEXT[],
      channels_when_late TEXT[],
      conditions TEXT[],
      role VARCHAR(40),
      approval TEXT[],
      effects JSONB,
      series JSONB,
      state VARCHAR(40),
      skipped_when_late BOOLEAN
    ) ON steps.step = looked_at.step
    WHERE looked_at.wanted
  ) AS wanted
  ON CONFLICT ON CONSTRAINT uq_touches_once DO NOTHING
  RETURNING touches.id,
  touches.state,
  touches.reason
),
recorded AS /* the verdicts on what was found late, written down */ (
  INSERT INTO verdicts (touch_id, gate, decision, reason, figures, decided_at, run_id)
  SELECT planned.id AS id,
  'validity' AS anon_1,
  'stop' AS anon_2,
  planned.reason AS reason,
  jsonb_build_object() AS jsonb_build_object_1,
  :param AS anon_3,
  NULL AS anon_4
  FROM planned
  WHERE planned.state = 'skipped'
),
revived AS /* ended touches whose reason is back, planned again */ (
  UPDATE touches
  SET policy_version_id=wanted.policy_version_id,
  template_version_id=wanted.template_version_id,
  conditions=wanted.conditions,
  series=wanted.series,
  due_at=wanted.due_at,
  valid_until=wanted.valid_until,
  not_before=wanted.not_before,
  state=wanted.state,
  state_at=:param,
  gate=NULL,
  reason=NULL,
  reason_figures=NULL,
  figures=wanted.figures,
  approved_at=NULL,
  approved_by=NULL
  FROM (
    SELECT 'lead-followup' AS process,
    steps.subject_kind AS subject_kind,
    looked_at.subject_id AS subject_id,
    looked_at.anchor_at AS anchor_at,
    looked_at.step AS step,
    CASE
    WHEN looked_at.late THEN steps.kind_when_late
    ELSE steps.kind END AS kind,
    steps.purpose AS purpose,
    :param AS priority,
    steps.obligation AS obligation,
    steps.works_holidays AS works_holidays,
    looked_at.store_id AS store_id,
    looked_at.customer_id AS customer_id,
    :param AS policy_version_id,
    looked_at.template_version_id AS template_version_id,
    CASE
    WHEN looked_at.late THEN steps.channels_when_late
    ELSE steps.channels END AS channels,
    steps.conditions AS conditions,
    steps.role AS role,
    steps.approval AS approval,
    steps.effects AS effects,
    steps.series AS series,
    looked_at.due_at AS due_at,
    looked_at.valid_until AS valid_until,
    looked_at.not_before AS not_before,
    CASE
    WHEN (looked_at.passed OR looked_at.late AND steps.skipped_when_late) THEN 'skipped'
    ELSE steps.state END AS state,
    CASE
    WHEN looked_at.passed THEN 'time-passed'
    WHEN looked_at.late THEN 'found-too-late' END AS late,
    looked_at.figures AS figures,
    looked_at.reason AS reason,
    looked_at.wanted AS wanted
    FROM looked_at
    LEFT OUTER JOIN jsonb_to_recordset(:param) AS steps(
      step TEXT,
      subject_kind VARCHAR(40),
      kind VARCHAR(40),
      kind_when_late VARCHAR(40),
      purpose VARCHAR(40),
      obligation BOOLEAN,
      works_holidays BOOLEAN,
      channels TEXT[],
      channels_when_late TEXT[],
      conditions TEXT[],
      role VARCHAR(40),
      approval TEXT[],
      effects JSONB,
      series JSONB,
      state VARCHAR(40),
      skipped_when_late BOOLEAN
    ) ON steps.step = looked_at.step
    WHERE looked_at.wanted
  ) AS wanted
  WHERE coalesce(touches.state IN ('cancelled', 'superseded'), false)
  AND touches.process = wanted.process
  AND touches.subject_kind = wanted.subject_kind
  AND touches.subject_id = wanted.subject_id
  AND touches.anchor_at = wanted.anchor_at
  AND touches.step = wanted.step
  AND touches.state IN ('cancelled', 'superseded')
  AND touches.gate IN ('facts', 'anchor')
  AND touches.contacted_at IS NULL
  AND wanted.state != 'skipped'
  RETURNING touches.id
)
SELECT counted.part,
counted.reason,
counted.touches
FROM (
  SELECT 'looked at' AS part,
  looked_at.reason AS reason,
  count(*) AS touches
  FROM looked_at
  GROUP BY looked_at.reason
  UNION ALL
  SELECT 'planned' AS part,
  planned.reason AS reason,
  count(*) AS touches
  FROM planned
  GROUP BY planned.reason
  UNION ALL
  SELECT 'revived' AS part,
  NULL AS reason,
  count(*) AS touches
  FROM revived
  GROUP BY NULL
) AS counted;
