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
  WHERE touches.process = 'inspection-results'
  AND touches.state IN ('planned', 'awaiting-approval', 'ready')
  AND NOT touches.resendable
),
inspection_once AS MATERIALIZED /* the facts of each inspection that a touch is about */ (
  SELECT inspections.id AS subject_id,
  inspections.store_id AS store_id,
  inspections.customer_id AS customer_id,
  stores.time_zone AS time_zone,
  coalesce(own_languages.language, stores.language) AS language,
  stores.today AS today,
  customers.name AS customer,
  customers.salutation AS salutation,
  stores.name AS store,
  stores.phone AS store_phone,
  inspections.inspected_on AS day,
  timezone(stores.time_zone, inspections.inspected_on + '00:00:00') AS anchor_at,
  timezone(
    stores.time_zone,
    (
      SELECT min(warranty_ends.ends_on) AS min_1
      FROM warranty_ends
      JOIN warranties ON warranties.id = warranty_ends.warranty_id
      WHERE warranties.vehicle_id = inspections.vehicle_id
      AND coalesce(warranties.starts_on <= inspections.inspected_on, TRUE)
      AND warranty_ends.ends_on >= inspections.inspected_on
      AND warranty_ends.known_from <= stores.today
      AND stores.today < warranty_ends.known_until
    ) + '00:00:00'
  ) AS "warranty-end",
  (
    SELECT min(warranty_ends.ends_on) AS min_1
    FROM warranty_ends
    JOIN warranties ON warranties.id = warranty_ends.warranty_id
    WHERE warranties.vehicle_id = inspections.vehicle_id
    AND coalesce(warranties.starts_on <= inspections.inspected_on, TRUE)
    AND warranty_ends.ends_on >= inspections.inspected_on
    AND warranty_ends.known_from <= stores.today
    AND stores.today < warranty_ends.known_until
  ) AS warranty_ends_on,
  inspections.vehicle_id AS vehicle_id,
  coalesce(
    (
      SELECT array_agg(inspection_points.point ORDER BY inspection_points.point) AS array_agg_1
      FROM inspection_points
      WHERE inspection_points.inspection_id = inspections.id
      AND inspection_points.finding = 'fault'
    ),
    '{}'
  ) AS faults,
  coalesce(
    (
      SELECT array_agg(inspection_points.point ORDER BY inspection_points.point) AS array_agg_2
      FROM inspection_points
      WHERE inspection_points.inspection_id = inspections.id
      AND inspection_points.finding = 'watch'
    ),
    '{}'
  ) AS watched,
  coalesce(inspections.claim_filed_on <= stores.today, FALSE) AS claim_filed,
  coalesce(vehicles.disposed_on <= stores.today, FALSE) AS sold,
  nullif(concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), '') AS vehicle
  FROM inspections
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :param) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = inspections.store_id
  LEFT OUTER JOIN (
    SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
  ) AS own_languages ON own_languages.id = inspections.customer_id
  LEFT OUTER JOIN customers ON customers.id = inspections.customer_id
  JOIN vehicles ON vehicles.id = inspections.vehicle_id
  WHERE inspections.inspected_on <= stores.today
  AND inspections.id IN (
    SELECT open_touches.subject_id FROM open_touches WHERE coalesce(open_touches.subject_kind = 'inspection', FALSE)
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
        AND earlier.subject_kind = 'inspection'
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
        'fault-found' = ANY (open_touches.conditions) AND cardinality(inspection_now.faults) = :cardinality
      ) THEN 'no-fault-found'
      WHEN (
        'something-to-watch' = ANY (open_touches.conditions) AND cardinality(inspection_now.watched) = :cardinality
      ) THEN 'nothing-to-watch'
      WHEN (
        'claim-unfiled' = ANY (open_touches.conditions) AND inspection_now.claim_filed
      ) THEN 'claim-filed'
      WHEN ('vehicle-kept' = ANY (open_touches.conditions) AND inspection_now.sold) THEN 'vehicle-sold'
      WHEN (
        'warranty-runs' = ANY (open_touches.conditions)
        AND coalesce(inspection_now.warranty_ends_on < inspection_now.today, TRUE)
      ) THEN 'warranty-over'
      WHEN (
        'something-to-watch' = ANY (open_touches.conditions)
        AND (
          EXISTS (
            SELECT :param AS anon_5
            FROM inspections AS inspections_1
            WHERE inspections_1.vehicle_id = inspection_now.vehicle_id
            AND inspections_1.inspected_on > inspection_now.day
            AND inspections_1.inspected_on <= inspection_now.today
          )
        )
      ) THEN 'inspected-again' END END IS NULL
      AND CASE
      WHEN (open_touches.series IS NOT NULL) THEN NOT (
        coalesce(
          (
            CAST(
              (
                (
                  EXTRACT(
                    year FROM timezone(inspection_now.time_zone, open_touches.anchor_at)
                  ) - EXTRACT(
                    year
                    FROM timezone(
                      inspection_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
                      ELSE inspection_now.anchor_at END
                    )
                  )
                ) * :param + EXTRACT(
                  month FROM timezone(inspection_now.time_zone, open_touches.anchor_at)
                )
              ) - EXTRACT(
                month
                FROM timezone(
                  inspection_now.time_zone,
                  CASE
                  WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
                  ELSE inspection_now.anchor_at END
                )
              ) AS INTEGER
            ) - CASE
            WHEN (
              CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
              AND EXTRACT(
                day FROM timezone(inspection_now.time_zone, open_touches.anchor_at)
              ) < EXTRACT(
                day
                FROM timezone(
                  inspection_now.time_zone,
                  CASE
                  WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
                  ELSE inspection_now.anchor_at END
                )
              )
            ) THEN :param
            ELSE :param END
          ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
          (
            CAST(timezone(inspection_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
              timezone(
                inspection_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
                ELSE inspection_now.anchor_at END
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
                      year FROM timezone(inspection_now.time_zone, open_touches.anchor_at)
                    ) - EXTRACT(
                      year
                      FROM timezone(
                        inspection_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
                        ELSE inspection_now.anchor_at END
                      )
                    )
                  ) * :param + EXTRACT(
                    month FROM timezone(inspection_now.time_zone, open_touches.anchor_at)
                  )
                ) - EXTRACT(
                  month
                  FROM timezone(
                    inspection_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
                    ELSE inspection_now.anchor_at END
                  )
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(
                  day FROM timezone(inspection_now.time_zone, open_touches.anchor_at)
                ) < EXTRACT(
                  day
                  FROM timezone(
                    inspection_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
                    ELSE inspection_now.anchor_at END
                  )
                )
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(inspection_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
                timezone(
                  inspection_now.time_zone,
                  CASE
                  WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
                  ELSE inspection_now.anchor_at END
                ) AS DATE
              )
            ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
          ) = :coalesce
        ) THEN CASE
        WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
        ELSE inspection_now.anchor_at END
        ELSE timezone(
          inspection_now.time_zone,
          timezone(
            inspection_now.time_zone,
            CASE
            WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
            ELSE inspection_now.anchor_at END
          ) + make_interval(
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(inspection_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year
                        FROM timezone(
                          inspection_now.time_zone,
                          CASE
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'warranty-end'
                          ) THEN inspection_now."warranty-end"
                          ELSE inspection_now.anchor_at END
                        )
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(inspection_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month
                    FROM timezone(
                      inspection_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
                      ELSE inspection_now.anchor_at END
                    )
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(inspection_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day
                    FROM timezone(
                      inspection_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
                      ELSE inspection_now.anchor_at END
                    )
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(
                  timezone(inspection_now.time_zone, open_touches.anchor_at) AS DATE
                ) - CAST(
                  timezone(
                    inspection_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
                    ELSE inspection_now.anchor_at END
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
                        year FROM timezone(inspection_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year
                        FROM timezone(
                          inspection_now.time_zone,
                          CASE
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'warranty-end'
                          ) THEN inspection_now."warranty-end"
                          ELSE inspection_now.anchor_at END
                        )
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(inspection_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month
                    FROM timezone(
                      inspection_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
                      ELSE inspection_now.anchor_at END
                    )
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(inspection_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day
                    FROM timezone(
                      inspection_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
                      ELSE inspection_now.anchor_at END
                    )
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(
                  timezone(inspection_now.time_zone, open_touches.anchor_at) AS DATE
                ) - CAST(
                  timezone(
                    inspection_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
                    ELSE inspection_now.anchor_at END
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
                inspection_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
                ELSE inspection_now.anchor_at END
              ) + make_interval(
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(inspection_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year
                            FROM timezone(
                              inspection_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'warranty-end'
                              ) THEN inspection_now."warranty-end"
                              ELSE inspection_now.anchor_at END
                            )
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(inspection_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month
                        FROM timezone(
                          inspection_now.time_zone,
                          CASE
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'warranty-end'
                          ) THEN inspection_now."warranty-end"
                          ELSE inspection_now.anchor_at END
                        )
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(inspection_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day
                        FROM timezone(
                          inspection_now.time_zone,
                          CASE
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'warranty-end'
                          ) THEN inspection_now."warranty-end"
                          ELSE inspection_now.anchor_at END
                        )
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(inspection_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(
                        inspection_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
                        ELSE inspection_now.anchor_at END
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
                            year FROM timezone(inspection_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year
                            FROM timezone(
                              inspection_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'warranty-end'
                              ) THEN inspection_now."warranty-end"
                              ELSE inspection_now.anchor_at END
                            )
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(inspection_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month
                        FROM timezone(
                          inspection_now.time_zone,
                          CASE
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'warranty-end'
                          ) THEN inspection_now."warranty-end"
                          ELSE inspection_now.anchor_at END
                        )
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(inspection_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day
                        FROM timezone(
                          inspection_now.time_zone,
                          CASE
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'warranty-end'
                          ) THEN inspection_now."warranty-end"
                          ELSE inspection_now.anchor_at END
                        )
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(inspection_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(
                        inspection_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
                        ELSE inspection_now.anchor_at END
                      ) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'days') AS INTEGER)
              )
            ) < EXTRACT(
              day
              FROM timezone(
                inspection_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'warranty-end') THEN inspection_now."warranty-end"
                ELSE inspection_now.anchor_at END
              )
            )
          ) THEN '1 day, 0:00:00'
          ELSE '0:00:00' END
        ) END = open_touches.anchor_at
      )
      ELSE open_touches.anchor_at != inspection_now.anchor_at END,
      FALSE
    ) AS moved,
    CASE
    WHEN (inspection_now.subject_id IS NULL) THEN 'subject-gone'
    ELSE CAST(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_4
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'inspection'
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
        'fault-found' = ANY (open_touches.conditions) AND cardinality(inspection_now.faults) = :cardinality
      ) THEN 'no-fault-found'
      WHEN (
        'something-to-watch' = ANY (open_touches.conditions) AND cardinality(inspection_now.watched) = :cardinality
      ) THEN 'nothing-to-watch'
      WHEN (
        'claim-unfiled' = ANY (open_touches.conditions) AND inspection_now.claim_filed
      ) THEN 'claim-filed'
      WHEN ('vehicle-kept' = ANY (open_touches.conditions) AND inspection_now.sold) THEN 'vehicle-sold'
      WHEN (
        'warranty-runs' = ANY (open_touches.conditions)
        AND coalesce(inspection_now.warranty_ends_on < inspection_now.today, TRUE)
      ) THEN 'warranty-over'
      WHEN (
        'something-to-watch' = ANY (open_touches.conditions)
        AND (
          EXISTS (
            SELECT :param AS anon_5
            FROM inspections AS inspections_1
            WHERE inspections_1.vehicle_id = inspection_now.vehicle_id
            AND inspections_1.inspected_on > inspection_now.day
            AND inspections_1.inspected_on <= inspection_now.today
          )
        )
      ) THEN 'inspected-again' END END AS TEXT
    ) END AS gone,
    open_touches.valid_until <= :param AS passed,
    jsonb_build_object(
      'inspected_on',
      inspection_now.day,
      'faults',
      array_to_string(inspection_now.faults, ', '),
      'watched',
      array_to_string(inspection_now.watched, ', '),
      'warranty_ends_on',
      inspection_now.warranty_ends_on,
      'claim_filed',
      inspection_now.claim_filed,
      'vehicle_sold',
      inspection_now.sold
    ) AS figures
    FROM open_touches
    JOIN policy_versions ON policy_versions.id = open_touches.policy_version_id
    LEFT OUTER JOIN (
      SELECT inspection_once.subject_id AS subject_id,
      inspection_once.store_id AS store_id,
      inspection_once.customer_id AS customer_id,
      inspection_once.time_zone AS time_zone,
      inspection_once.language AS language,
      inspection_once.today AS today,
      inspection_once.customer AS customer,
      inspection_once.salutation AS salutation,
      inspection_once.store AS store,
      inspection_once.store_phone AS store_phone,
      inspection_once.day AS day,
      inspection_once.anchor_at AS anchor_at,
      inspection_once."warranty-end" AS "warranty-end",
      inspection_once.warranty_ends_on AS warranty_ends_on,
      inspection_once.vehicle_id AS vehicle_id,
      inspection_once.faults AS faults,
      inspection_once.watched AS watched,
      inspection_once.claim_filed AS claim_filed,
      inspection_once.sold AS sold,
      inspection_once.vehicle AS vehicle
      FROM inspection_once
    ) AS inspection_now ON inspection_now.subject_id = open_touches.subject_id
    WHERE coalesce(open_touches.subject_kind = 'inspection', FALSE)
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

WITH anon_12 AS /* the facts of each subject that a step may be due for */ (
  SELECT known.subject_id AS subject_id,
  known.store_id AS store_id,
  known.customer_id AS customer_id,
  known.time_zone AS time_zone,
  known.language AS language,
  known.today AS today,
  known.day AS day,
  known.anchor_at AS anchor_at,
  known."warranty-end" AS "warranty-end",
  known.warranty_ends_on AS warranty_ends_on,
  known.vehicle_id AS vehicle_id,
  known.faults AS faults,
  known.watched AS watched,
  known.claim_filed AS claim_filed,
  known.sold AS sold
  FROM (
    SELECT inspections.id AS subject_id,
    inspections.store_id AS store_id,
    inspections.customer_id AS customer_id,
    stores.time_zone AS time_zone,
    coalesce(own_languages.language, stores.language) AS language,
    stores.today AS today,
    customers.name AS customer,
    customers.salutation AS salutation,
    stores.name AS store,
    stores.phone AS store_phone,
    inspections.inspected_on AS day,
    timezone(stores.time_zone, inspections.inspected_on + '00:00:00') AS anchor_at,
    timezone(
      stores.time_zone,
      (
        SELECT min(warranty_ends.ends_on) AS min_1
        FROM warranty_ends
        JOIN warranties ON warranties.id = warranty_ends.warranty_id
        WHERE warranties.vehicle_id = inspections.vehicle_id
        AND coalesce(warranties.starts_on <= inspections.inspected_on, TRUE)
        AND warranty_ends.ends_on >= inspections.inspected_on
        AND warranty_ends.known_from <= stores.today
        AND stores.today < warranty_ends.known_until
      ) + '00:00:00'
    ) AS "warranty-end",
    (
      SELECT min(warranty_ends.ends_on) AS min_1
      FROM warranty_ends
      JOIN warranties ON warranties.id = warranty_ends.warranty_id
      WHERE warranties.vehicle_id = inspections.vehicle_id
      AND coalesce(warranties.starts_on <= inspections.inspected_on, TRUE)
      AND warranty_ends.ends_on >= inspections.inspected_on
      AND warranty_ends.known_from <= stores.today
      AND stores.today < warranty_ends.known_until
    ) AS warranty_ends_on,
    inspections.vehicle_id AS vehicle_id,
    coalesce(
      (
        SELECT array_agg(inspection_points.point ORDER BY inspection_points.point) AS array_agg_1
        FROM inspection_points
        WHERE inspection_points.inspection_id = inspections.id
        AND inspection_points.finding = 'fault'
      ),
      '{}'
    ) AS faults,
    coalesce(
      (
        SELECT array_agg(inspection_points.point ORDER BY inspection_points.point) AS array_agg_2
        FROM inspection_points
        WHERE inspection_points.inspection_id = inspections.id
        AND inspection_points.finding = 'watch'
      ),
      '{}'
    ) AS watched,
    coalesce(inspections.claim_filed_on <= stores.today, FALSE) AS claim_filed,
    coalesce(vehicles.disposed_on <= stores.today, FALSE) AS sold,
    nullif(concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), '') AS vehicle
    FROM inspections
    JOIN (
      SELECT stores.id AS id,
      stores.time_zone AS time_zone,
      stores.language AS language,
      stores.name AS name,
      stores.phone AS phone,
      CAST(timezone(stores.time_zone, :param) AS DATE) AS today
      FROM stores
      LIMIT ALL OFFSET :param
    ) AS stores ON stores.id = inspections.store_id
    LEFT OUTER JOIN (
      SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
    ) AS own_languages ON own_languages.id = inspections.customer_id
    LEFT OUTER JOIN customers ON customers.id = inspections.customer_id
    JOIN vehicles ON vehicles.id = inspections.vehicle_id
    WHERE inspections.inspected_on <= stores.today
    AND inspections.id IN (
      SELECT inspections_2.id
      FROM inspections AS inspections_2
      WHERE inspections_2.inspected_on BETWEEN '2026-02-26'
      AND '2026-03-11'
      UNION ALL
      SELECT inspections_2.id
      FROM inspections AS inspections_2
      WHERE inspections_2.inspected_on BETWEEN '2026-03-04'
      AND '2026-03-12'
      UNION ALL
      SELECT inspections_2.id
      FROM inspections AS inspections_2
      WHERE inspections_2.inspected_on BETWEEN '2026-01-03'
      AND '2026-03-10'
      UNION ALL
      SELECT inspections_2.id
      FROM inspections AS inspections_2
      JOIN warranties ON warranties.vehicle_id = inspections_2.vehicle_id
      JOIN warranty_ends ON warranty_ends.warranty_id = warranties.id
      WHERE warranty_ends.ends_on BETWEEN '2026-03-07'
      AND '2026-03-26'
    )
    AND inspections.store_id IN (:store_id_1)
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
    SELECT 'findings' AS step,
    judged_findings.subject_id AS subject_id,
    judged_findings.anchor_at AS anchor_at,
    judged_findings.store_id AS store_id,
    judged_findings.customer_id AS customer_id,
    CASE
    WHEN (judged_findings.language = 'en') THEN :param
    WHEN (judged_findings.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_findings.due_at AS due_at,
    judged_findings.valid_until AS valid_until,
    judged_findings.due_at AS not_before,
    judged_findings.valid_until <= :param AS passed,
    judged_findings.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_findings.reason IS NULL) THEN jsonb_build_object(
      'inspected_on',
      judged_findings.day,
      'faults',
      array_to_string(judged_findings.faults, ', '),
      'watched',
      array_to_string(judged_findings.watched, ', '),
      'warranty_ends_on',
      judged_findings.warranty_ends_on,
      'claim_filed',
      judged_findings.claim_filed,
      'vehicle_sold',
      judged_findings.sold
    ) END AS figures,
    judged_findings.reason AS reason,
    judged_findings.reason IS NULL AS wanted
    FROM (
      SELECT dated_findings.subject_id AS subject_id,
      dated_findings.store_id AS store_id,
      dated_findings.customer_id AS customer_id,
      dated_findings.time_zone AS time_zone,
      dated_findings.language AS language,
      dated_findings.today AS today,
      dated_findings.day AS day,
      dated_findings.anchor_at AS anchor_at,
      dated_findings."warranty-end" AS "warranty-end",
      dated_findings.warranty_ends_on AS warranty_ends_on,
      dated_findings.vehicle_id AS vehicle_id,
      dated_findings.faults AS faults,
      dated_findings.watched AS watched,
      dated_findings.claim_filed AS claim_filed,
      dated_findings.sold AS sold,
      dated_findings.due_at AS due_at,
      dated_findings.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_10
          FROM touches
          WHERE touches.process = 'inspection-results'
          AND touches.subject_kind = 'inspection'
          AND touches.subject_id = dated_findings.subject_id
          AND touches.step = 'findings'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_findings.anchor_at
          AND touches.anchor_at BETWEEN dated_findings.anchor_at - '180 days, 0:00:00'
          AND dated_findings.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'fault-found' = ANY ('{}') AND cardinality(dated_findings.faults) = :cardinality
      ) THEN 'no-fault-found'
      WHEN (
        'something-to-watch' = ANY ('{}') AND cardinality(dated_findings.watched) = :cardinality
      ) THEN 'nothing-to-watch'
      WHEN ('claim-unfiled' = ANY ('{}') AND dated_findings.claim_filed) THEN 'claim-filed'
      WHEN ('vehicle-kept' = ANY ('{}') AND dated_findings.sold) THEN 'vehicle-sold'
      WHEN (
        'warranty-runs' = ANY ('{}') AND coalesce(dated_findings.warranty_ends_on < dated_findings.today, TRUE)
      ) THEN 'warranty-over'
      WHEN (
        'something-to-watch' = ANY ('{}')
        AND (
          EXISTS (
            SELECT :param AS anon_11
            FROM inspections AS inspections_1
            WHERE inspections_1.vehicle_id = dated_findings.vehicle_id
            AND inspections_1.inspected_on > dated_findings.day
            AND inspections_1.inspected_on <= dated_findings.today
          )
        )
      ) THEN 'inspected-again' END END AS reason
      FROM (
        SELECT anon_12.subject_id AS subject_id,
        anon_12.store_id AS store_id,
        anon_12.customer_id AS customer_id,
        anon_12.time_zone AS time_zone,
        anon_12.language AS language,
        anon_12.today AS today,
        anon_12.day AS day,
        anon_12.anchor_at AS anchor_at,
        anon_12."warranty-end" AS "warranty-end",
        anon_12.warranty_ends_on AS warranty_ends_on,
        anon_12.vehicle_id AS vehicle_id,
        anon_12.faults AS faults,
        anon_12.watched AS watched,
        anon_12.claim_filed AS claim_filed,
        anon_12.sold AS sold,
        timezone(anon_12.time_zone, anon_12.day + :param + '10:00:00') AS due_at,
        timezone(anon_12.time_zone, anon_12.day + :param + '10:00:00') + '7 days, 0:00:00' AS valid_until
        FROM anon_12
        WHERE coalesce(anon_12.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_findings
      WHERE dated_findings.due_at IS NOT NULL
      AND dated_findings.due_at < dated_findings.valid_until
      AND dated_findings.due_at <= :param
      AND dated_findings.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_findings
    WHERE true
    UNION ALL
    SELECT 'claim-file' AS step,
    judged_claim_file.subject_id AS subject_id,
    judged_claim_file.anchor_at AS anchor_at,
    judged_claim_file.store_id AS store_id,
    judged_claim_file.customer_id AS customer_id,
    CASE
    WHEN (judged_claim_file.language = 'en') THEN :param
    WHEN (judged_claim_file.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_claim_file.due_at AS due_at,
    judged_claim_file.valid_until AS valid_until,
    judged_claim_file.due_at AS not_before,
    judged_claim_file.valid_until <= :param AS passed,
    judged_claim_file.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_claim_file.reason IS NULL) THEN jsonb_build_object(
      'inspected_on',
      judged_claim_file.day,
      'faults',
      array_to_string(judged_claim_file.faults, ', '),
      'watched',
      array_to_string(judged_claim_file.watched, ', '),
      'warranty_ends_on',
      judged_claim_file.warranty_ends_on,
      'claim_filed',
      judged_claim_file.claim_filed,
      'vehicle_sold',
      judged_claim_file.sold
    ) END AS figures,
    judged_claim_file.reason AS reason,
    judged_claim_file.reason IS NULL AS wanted
    FROM (
      SELECT dated_claim_file.subject_id AS subject_id,
      dated_claim_file.store_id AS store_id,
      dated_claim_file.customer_id AS customer_id,
      dated_claim_file.time_zone AS time_zone,
      dated_claim_file.language AS language,
      dated_claim_file.today AS today,
      dated_claim_file.day AS day,
      dated_claim_file.anchor_at AS anchor_at,
      dated_claim_file."warranty-end" AS "warranty-end",
      dated_claim_file.warranty_ends_on AS warranty_ends_on,
      dated_claim_file.vehicle_id AS vehicle_id,
      dated_claim_file.faults AS faults,
      dated_claim_file.watched AS watched,
      dated_claim_file.claim_filed AS claim_filed,
      dated_claim_file.sold AS sold,
      dated_claim_file.due_at AS due_at,
      dated_claim_file.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_13
          FROM touches
          WHERE touches.process = 'inspection-results'
          AND touches.subject_kind = 'inspection'
          AND touches.subject_id = dated_claim_file.subject_id
          AND touches.step = 'claim-file'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_claim_file.anchor_at
          AND touches.anchor_at BETWEEN dated_claim_file.anchor_at - '180 days, 0:00:00'
          AND dated_claim_file.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'fault-found' = ANY ('{fault-found,claim-unfiled,warranty-runs}')
        AND cardinality(dated_claim_file.faults) = :cardinality
      ) THEN 'no-fault-found'
      WHEN (
        'something-to-watch' = ANY ('{fault-found,claim-unfiled,warranty-runs}')
        AND cardinality(dated_claim_file.watched) = :cardinality
      ) THEN 'nothing-to-watch'
      WHEN (
        'claim-unfiled' = ANY ('{fault-found,claim-unfiled,warranty-runs}') AND dated_claim_file.claim_filed
      ) THEN 'claim-filed'
      WHEN (
        'vehicle-kept' = ANY ('{fault-found,claim-unfiled,warranty-runs}') AND dated_claim_file.sold
      ) THEN 'vehicle-sold'
      WHEN (
        'warranty-runs' = ANY ('{fault-found,claim-unfiled,warranty-runs}')
        AND coalesce(dated_claim_file.warranty_ends_on < dated_claim_file.today, TRUE)
      ) THEN 'warranty-over'
      WHEN (
        'something-to-watch' = ANY ('{fault-found,claim-unfiled,warranty-runs}')
        AND (
          EXISTS (
            SELECT :param AS anon_14
            FROM inspections AS inspections_3
            WHERE inspections_3.vehicle_id = dated_claim_file.vehicle_id
            AND inspections_3.inspected_on > dated_claim_file.day
            AND inspections_3.inspected_on <= dated_claim_file.today
          )
        )
      ) THEN 'inspected-again' END END AS reason
      FROM (
        SELECT anon_12.subject_id AS subject_id,
        anon_12.store_id AS store_id,
        anon_12.customer_id AS customer_id,
        anon_12.time_zone AS time_zone,
        anon_12.language AS language,
        anon_12.today AS today,
        anon_12.day AS day,
        anon_12.anchor_at AS anchor_at,
        anon_12."warranty-end" AS "warranty-end",
        anon_12.warranty_ends_on AS warranty_ends_on,
        anon_12.vehicle_id AS vehicle_id,
        anon_12.faults AS faults,
        anon_12.watched AS watched,
        anon_12.claim_filed AS claim_filed,
        anon_12.sold AS sold,
        timezone(anon_12.time_zone, anon_12.day + :param + '09:00:00') AS due_at,
        timezone(anon_12.time_zone, anon_12.day + :param + '09:00:00') + '2 days, 0:00:00' AS valid_until
        FROM anon_12
        WHERE coalesce(anon_12.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_claim_file
      WHERE dated_claim_file.due_at IS NOT NULL
      AND dated_claim_file.due_at < dated_claim_file.valid_until
      AND dated_claim_file.due_at <= :param
      AND dated_claim_file.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_claim_file
    WHERE true
    UNION ALL
    SELECT 'claim-late' AS step,
    judged_claim_late.subject_id AS subject_id,
    judged_claim_late.anchor_at AS anchor_at,
    judged_claim_late.store_id AS store_id,
    judged_claim_late.customer_id AS customer_id,
    CASE
    WHEN (judged_claim_late.language = 'en') THEN :param
    WHEN (judged_claim_late.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_claim_late.due_at AS due_at,
    judged_claim_late.valid_until AS valid_until,
    judged_claim_late.due_at AS not_before,
    judged_claim_late.valid_until <= :param AS passed,
    judged_claim_late.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_claim_late.reason IS NULL) THEN jsonb_build_object(
      'inspected_on',
      judged_claim_late.day,
      'faults',
      array_to_string(judged_claim_late.faults, ', '),
      'watched',
      array_to_string(judged_claim_late.watched, ', '),
      'warranty_ends_on',
      judged_claim_late.warranty_ends_on,
      'claim_filed',
      judged_claim_late.claim_filed,
      'vehicle_sold',
      judged_claim_late.sold
    ) END AS figures,
    judged_claim_late.reason AS reason,
    judged_claim_late.reason IS NULL AS wanted
    FROM (
      SELECT dated_claim_late.subject_id AS subject_id,
      dated_claim_late.store_id AS store_id,
      dated_claim_late.customer_id AS customer_id,
      dated_claim_late.time_zone AS time_zone,
      dated_claim_late.language AS language,
      dated_claim_late.today AS today,
      dated_claim_late.day AS day,
      dated_claim_late.anchor_at AS anchor_at,
      dated_claim_late."warranty-end" AS "warranty-end",
      dated_claim_late.warranty_ends_on AS warranty_ends_on,
      dated_claim_late.vehicle_id AS vehicle_id,
      dated_claim_late.faults AS faults,
      dated_claim_late.watched AS watched,
      dated_claim_late.claim_filed AS claim_filed,
      dated_claim_late.sold AS sold,
      dated_claim_late.due_at AS due_at,
      dated_claim_late.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_15
          FROM touches
          WHERE touches.process = 'inspection-results'
          AND touches.subject_kind = 'inspection'
          AND touches.subject_id = dated_claim_late.subject_id
          AND touches.step = 'claim-late'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_claim_late.anchor_at
          AND touches.anchor_at BETWEEN dated_claim_late.anchor_at - '180 days, 0:00:00'
          AND dated_claim_late.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'fault-found' = ANY ('{fault-found,claim-unfiled,warranty-runs}')
        AND cardinality(dated_claim_late.faults) = :cardinality
      ) THEN 'no-fault-found'
      WHEN (
        'something-to-watch' = ANY ('{fault-found,claim-unfiled,warranty-runs}')
        AND cardinality(dated_claim_late.watched) = :cardinality
      ) THEN 'nothing-to-watch'
      WHEN (
        'claim-unfiled' = ANY ('{fault-found,claim-unfiled,warranty-runs}') AND dated_claim_late.claim_filed
      ) THEN 'claim-filed'
      WHEN (
        'vehicle-kept' = ANY ('{fault-found,claim-unfiled,warranty-runs}') AND dated_claim_late.sold
      ) THEN 'vehicle-sold'
      WHEN (
        'warranty-runs' = ANY ('{fault-found,claim-unfiled,warranty-runs}')
        AND coalesce(dated_claim_late.warranty_ends_on < dated_claim_late.today, TRUE)
      ) THEN 'warranty-over'
      WHEN (
        'something-to-watch' = ANY ('{fault-found,claim-unfiled,warranty-runs}')
        AND (
          EXISTS (
            SELECT :param AS anon_16
            FROM inspections AS inspections_4
            WHERE inspections_4.vehicle_id = dated_claim_late.vehicle_id
            AND inspections_4.inspected_on > dated_claim_late.day
            AND inspections_4.inspected_on <= dated_claim_late.today
          )
        )
      ) THEN 'inspected-again' END END AS reason
      FROM (
        SELECT anon_12.subject_id AS subject_id,
        anon_12.store_id AS store_id,
        anon_12.customer_id AS customer_id,
        anon_12.time_zone AS time_zone,
        anon_12.language AS language,
        anon_12.today AS today,
        anon_12.day AS day,
        anon_12.anchor_at AS anchor_at,
        anon_12."warranty-end" AS "warranty-end",
        anon_12.warranty_ends_on AS warranty_ends_on,
        anon_12.vehicle_id AS vehicle_id,
        anon_12.faults AS faults,
        anon_12.watched AS watched,
        anon_12.claim_filed AS claim_filed,
        anon_12.sold AS sold,
        timezone(anon_12.time_zone, anon_12.day + :param + '09:00:00') AS due_at,
        timezone(anon_12.time_zone, anon_12.day + :param + '09:00:00') + '60 days, 0:00:00' AS valid_until
        FROM anon_12
        WHERE coalesce(anon_12.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_claim_late
      WHERE dated_claim_late.due_at IS NOT NULL
      AND dated_claim_late.due_at < dated_claim_late.valid_until
      AND dated_claim_late.due_at <= :param
      AND dated_claim_late.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_claim_late
    WHERE true
    UNION ALL
    SELECT 'watch-again' AS step,
    judged_watch_again.subject_id AS subject_id,
    judged_watch_again.anchor_at AS anchor_at,
    judged_watch_again.store_id AS store_id,
    judged_watch_again.customer_id AS customer_id,
    CASE
    WHEN (judged_watch_again.language = 'en') THEN :param
    WHEN (judged_watch_again.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_watch_again.due_at AS due_at,
    judged_watch_again.valid_until AS valid_until,
    judged_watch_again.due_at AS not_before,
    judged_watch_again.valid_until <= :param AS passed,
    judged_watch_again.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_watch_again.reason IS NULL) THEN jsonb_build_object(
      'inspected_on',
      judged_watch_again.day,
      'faults',
      array_to_string(judged_watch_again.faults, ', '),
      'watched',
      array_to_string(judged_watch_again.watched, ', '),
      'warranty_ends_on',
      judged_watch_again.warranty_ends_on,
      'claim_filed',
      judged_watch_again.claim_filed,
      'vehicle_sold',
      judged_watch_again.sold
    ) END AS figures,
    judged_watch_again.reason AS reason,
    judged_watch_again.reason IS NULL AS wanted
    FROM (
      SELECT dated_watch_again.subject_id AS subject_id,
      dated_watch_again.store_id AS store_id,
      dated_watch_again.customer_id AS customer_id,
      dated_watch_again.time_zone AS time_zone,
      dated_watch_again.language AS language,
      dated_watch_again.today AS today,
      dated_watch_again.day AS day,
      dated_watch_again.anchor_at AS anchor_at,
      dated_watch_again."warranty-end" AS "warranty-end",
      dated_watch_again.warranty_ends_on AS warranty_ends_on,
      dated_watch_again.vehicle_id AS vehicle_id,
      dated_watch_again.faults AS faults,
      dated_watch_again.watched AS watched,
      dated_watch_again.claim_filed AS claim_filed,
      dated_watch_again.sold AS sold,
      dated_watch_again.due_at AS due_at,
      dated_watch_again.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_17
          FROM touches
          WHERE touches.process = 'inspection-results'
          AND touches.subject_kind = 'inspection'
          AND touches.subject_id = dated_watch_again.subject_id
          AND touches.step = 'watch-again'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_watch_again.anchor_at
          AND touches.anchor_at BETWEEN dated_watch_again.anchor_at - '180 days, 0:00:00'
          AND dated_watch_again.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'fault-found' = ANY ('{something-to-watch,warranty-runs,vehicle-kept}')
        AND cardinality(dated_watch_again.faults) = :cardinality
      ) THEN 'no-fault-found'
      WHEN (
        'something-to-watch' = ANY ('{something-to-watch,warranty-runs,vehicle-kept}')
        AND cardinality(dated_watch_again.watched) = :cardinality
      ) THEN 'nothing-to-watch'
      WHEN (
        'claim-unfiled' = ANY ('{something-to-watch,warranty-runs,vehicle-kept}') AND dated_watch_again.claim_filed
      ) THEN 'claim-filed'
      WHEN (
        'vehicle-kept' = ANY ('{something-to-watch,warranty-runs,vehicle-kept}') AND dated_watch_again.sold
      ) THEN 'vehicle-sold'
      WHEN (
        'warranty-runs' = ANY ('{something-to-watch,warranty-runs,vehicle-kept}')
        AND coalesce(dated_watch_again.warranty_ends_on < dated_watch_again.today, TRUE)
      ) THEN 'warranty-over'
      WHEN (
        'something-to-watch' = ANY ('{something-to-watch,warranty-runs,vehicle-kept}')
        AND (
          EXISTS (
            SELECT :param AS anon_18
            FROM inspections AS inspections_5
            WHERE inspections_5.vehicle_id = dated_watch_again.vehicle_id
            AND inspections_5.inspected_on > dated_watch_again.day
            AND inspections_5.inspected_on <= dated_watch_again.today
          )
        )
      ) THEN 'inspected-again' END END AS reason
      FROM (
        SELECT anon_12.subject_id AS subject_id,
        anon_12.store_id AS store_id,
        anon_12.customer_id AS customer_id,
        anon_12.time_zone AS time_zone,
        anon_12.language AS language,
        anon_12.today AS today,
        anon_12.day AS day,
        anon_12.anchor_at AS anchor_at,
        anon_12."warranty-end" AS "warranty-end",
        anon_12.warranty_ends_on AS warranty_ends_on,
        anon_12.vehicle_id AS vehicle_id,
        anon_12.faults AS faults,
        anon_12.watched AS watched,
        anon_12.claim_filed AS claim_filed,
        anon_12.sold AS sold,
        timezone(
          anon_12.time_zone, CAST(timezone(anon_12.time_zone, anon_12."warranty-end") AS DATE) + :param + '09:30:00'
        ) AS due_at,
        timezone(
          anon_12.time_zone, CAST(timezone(anon_12.time_zone, anon_12."warranty-end") AS DATE) + :param + '09:30:00'
        ) + '13 days, 0:00:00' AS valid_until
        FROM anon_12
        WHERE coalesce(anon_12."warranty-end" BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_watch_again
      WHERE dated_watch_again.due_at IS NOT NULL
      AND dated_watch_again.due_at < dated_watch_again.valid_until
      AND dated_watch_again.due_at <= :param
      AND dated_watch_again.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_watch_again
    WHERE true
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
    SELECT 'inspection-results' AS process,
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
    SELECT 'inspection-results' AS process,
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
